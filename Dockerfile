# docker build --build-arg DCGAN_TORCH_INDEX=INDEX -t dcgan .
# INDEX: the package index that PyTorch's "Get started" page names for Linux, Pip, CPU. Packages are made of a CPU build.
#
# docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" dcgan train photos/
# docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" -p 127.0.0.1:8080:8080 dcgan serve --host 0.0.0.0

# Builds the package: everything comes from scripts/setup.
FROM debian:12 AS build
ARG DCGAN_TORCH_INDEX
WORKDIR /dcgan
COPY . .
RUN apt-get update && apt-get install -y --no-install-recommends dpkg-dev file && scripts/setup
RUN cmake --build build/release --target dcgan && \
    SOURCE_DATE_EPOCH=0 scripts/package -G DEB && mv build/release/packages/*.deb /dcgan.deb

# Holds the program and what the package asks for, no compiler.
FROM debian:12-slim
RUN --mount=type=bind,from=build,source=/dcgan.deb,target=/dcgan.deb \
    apt-get update && apt-get install -y --no-install-recommends /dcgan.deb && rm -rf /var/lib/apt/lists/*
ENV HOME=/tmp
WORKDIR /work
ENTRYPOINT ["dcgan"]
