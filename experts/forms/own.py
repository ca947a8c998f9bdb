"""What an expert tells of himself."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DomainForm
from accounts.forms.base import DayInput


class AwayForm(DomainForm):
    """Days on which one cannot come."""

    first = forms.DateField(label=gettext_lazy("First day away"), widget=DayInput())
    last = forms.DateField(label=gettext_lazy("Last day away"), widget=DayInput())
