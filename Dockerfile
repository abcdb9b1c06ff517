# syntax=docker/dockerfile:1
# Two stages with one folder: what `make setup` installs in the first runs in the second, without a compiler or make.
FROM python:3.12-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# The dependencies first: they change seldom, and this layer is kept. The packages are named, but empty as yet.
COPY Makefile pyproject.toml requirements.txt README.md LICENSE ./
RUN mkdir bot retrieval && touch bot/__init__.py retrieval/__init__.py && make setup
COPY . .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/briefing --create-home briefing
COPY --from=build /app /app
WORKDIR /app
ENV BRIEFING_HOME=/var/lib/briefing \
    BRIEFING_DATA=/app/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER briefing
VOLUME /var/lib/briefing
# The bot touches this file every ten seconds; a first start, which builds the model, is given two minutes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD test -n "$(find "$BRIEFING_HOME/heartbeat" -newermt '60 seconds ago' 2>/dev/null)"
# What `make run` runs, without make in between: signals reach the bot, which ends within ten seconds.
CMD [".venv/bin/python", "-m", "bot", "run"]
