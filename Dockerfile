# The image that pipelines use: numplan with state in object stores and in PostgreSQL, and nothing else.
#
#   docker build -t numplan .
#   docker run --rm --init -v "$PWD:/workspace" -e NUMPLAN_TOKEN -e NUMPLAN_ACCOUNT_ID numplan numplan plan
FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE constraints.txt ./
COPY numplan ./numplan
COPY schemas ./schemas
RUN python -I -m venv /opt/numplan \
    && /opt/numplan/bin/python -I -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir /src/dist . \
    && wheel="$(echo /src/dist/numplan-*.whl)" \
    && /opt/numplan/bin/python -I -m pip install --quiet --disable-pip-version-check --no-cache-dir \
        --constraint constraints.txt "${wheel}[object-store,postgres]" \
    && /opt/numplan/bin/python -I -m pip uninstall --quiet --yes --disable-pip-version-check pip \
    && /opt/numplan/bin/numplan version

FROM python:3.13-slim-trixie
LABEL org.opencontainers.image.title="numplan" \
      org.opencontainers.image.description="Phone numbers as code: declare virtual numbers in YAML, review the plan, apply it." \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/numplan /opt/numplan
# 1001 is the user of GitHub's hosted runners, so that a job in this container may write to the checkout. The folder is for
# state in a file, where a volume is mounted; nobody but this user may enter it.
RUN groupadd --gid 1001 numplan \
    && useradd --uid 1001 --gid numplan --create-home --shell /bin/sh numplan \
    && install -d -m 0700 -o numplan -g numplan /var/lib/numplan \
    && install -d -m 0755 -o numplan -g numplan /workspace
ENV PATH="/opt/numplan/bin:${PATH}" \
    PYTHONSAFEPATH=1
USER 1001:1001
WORKDIR /workspace
# No ENTRYPOINT: GitLab starts `sh` in the image of a job, and an entrypoint that is numplan would be given that as a command.
CMD ["numplan", "--help"]
