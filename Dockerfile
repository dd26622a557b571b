# Two stages: the first compiles the toxicity model, for which it needs torch; the second serves and has none.
# docs/deploying.md says how to run it, and what of it was run where.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY moderation moderation
COPY api api
COPY blocklists blocklists
# The processor-only build of torch is a tenth of the size: name the index that has it in TORCH_INDEX; empty takes PyPI's.
ARG TORCH_INDEX=
RUN python -m venv /opt/compile
RUN /opt/compile/bin/pip install ${TORCH_INDEX:+--index-url ${TORCH_INDEX}} torch==2.13.0
RUN /opt/compile/bin/pip install ".[models]"
RUN /opt/compile/bin/moderation models compile --directory /models
RUN python -m venv /opt/moderation
RUN /opt/moderation/bin/pip install .

FROM ${BASE} AS serve
COPY --from=build /opt/moderation /opt/moderation
COPY --from=build /models /models
RUN useradd --system --uid 10001 --no-create-home moderation
RUN install -d -o moderation /data
ENV PATH=/opt/moderation/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MODERATION_MODEL_DIRECTORY=/models \
    MODERATION_DATABASE_URL=sqlite:////data/moderation.sqlite3
USER moderation
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["moderation"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
