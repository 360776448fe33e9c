ARG BASE_IMAGE=python:3.13-slim
FROM ${BASE_IMAGE}

ENV PIP_NO_CACHE_DIR=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MLP_LIVE_HOST=0.0.0.0 \
    MLP_LIVE_PORT=8000

WORKDIR /srv/mlp-live
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY app app
COPY static static
COPY templates templates
RUN python -m venv /opt/mlp-live && /opt/mlp-live/bin/pip install -c constraints.txt .

# The kernels are compiled into the image. Its user may write to their folder, because they are
# compiled again on a processor of another kind.
RUN useradd --system --no-create-home --shell /usr/sbin/nologin learner \
    && install -d -o learner /opt/mlp-live/kernels
ENV NUMBA_CACHE_DIR=/opt/mlp-live/kernels
USER learner
WORKDIR /
RUN /opt/mlp-live/bin/python -c "import mlp_live.web.application; from mlp_live.engine.engine import warm_up; warm_up()"

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=60s \
    CMD ["/opt/mlp-live/bin/python", "-c", "from urllib.request import urlopen; import os; urlopen(f'http://127.0.0.1:{os.environ[\"MLP_LIVE_PORT\"]}/health', timeout=2)"]
CMD ["/opt/mlp-live/bin/mlp-live", "serve", "--no-browser"]
