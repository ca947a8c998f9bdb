"""What an expert is told of his record: that it has changed, and not a word of what, of the pool or of anybody."""

from collections.abc import Iterator

from experts.services.expert_standing import expert_resume, expert_suspend
from experts.services.rating_give import rating_give
from tests.accounts.notice_worlds import Act, quiet
from tests.experts.worlds import Pool


def experts_world() -> Iterator[Act]:
    """A suspension, its end, a rating: the expert alone hears of each."""
    pool = Pool()
    one, _herself = pool.linked(1)
    pool.linked(2)
    hidden = (one.name, one.employer, one.code, "决字 1 号", "核查")
    told = {"expert": {one.person_id}}
    quiet()
    expert_suspend(expert_id=one.pk, reason="核查", decision_no="决字 1 号", actor=pool.keeper, at=pool.now)
    yield Act("expert_record_changed", told, hidden)
    quiet()
    expert_resume(expert_id=one.pk, reason="核查完毕", actor=pool.keeper, at=pool.now)
    yield Act("expert_record_changed", told, hidden)
    quiet()
    rating_give(expert_id=one.pk, occasion="x", found=["late"], reason="核查", actor=pool.keeper, at=pool.now)
    yield Act("expert_record_changed", told, hidden)
