# One image for web, live, worker and beat. Nothing is compiled in the browser's part: there is no Node here.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/base.txt

FROM python:3.11-slim
# gettext compiles the translations; openssl is the time authority of trials; the fonts print opening records.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk gettext openssl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin sunlit
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SUNLIT_VAR_DIR=/var/lib/sunlit STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
RUN SUNLIT_MODE=development SUNLIT_VAR_DIR=/tmp/build python manage.py compilemessages --verbosity 0 \
    && SUNLIT_MODE=development SUNLIT_VAR_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build \
    && install -d -o sunlit -g sunlit -m 0700 /var/lib/sunlit
USER sunlit
VOLUME /var/lib/sunlit
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--config", "deploy/gunicorn.py"]
