# The service alone: MongoDB and Redis stand beside it (docker-compose.yml).
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/petition-bot
COPY requirements/service.lock requirements/service.lock
RUN /opt/petition-bot/bin/pip install --no-cache-dir --require-hashes -r requirements/service.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY channels channels
COPY dialogs dialogs
COPY storage storage
RUN /opt/petition-bot/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/petition-bot petition
COPY --from=build /opt/petition-bot /opt/petition-bot
ENV PATH=/opt/petition-bot/bin:$PATH BOT_DATA_DIR=/var/lib/petition-bot PYTHONUNBUFFERED=1
USER petition
WORKDIR /var/lib/petition-bot
VOLUME /var/lib/petition-bot
EXPOSE 8080
ENTRYPOINT ["petition-bot"]
CMD ["web"]
