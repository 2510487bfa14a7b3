//! What the platform appends to every Dockerfile, as data for people who ask why.
//!
//! Not the text of the layer: only what it does and what it asks of the file before it.

/// The port on which the agent in a sandbox listens.
pub const AGENT_PORT: u16 = 8000;

/// Other ports that the runtime inside a sandbox uses.
pub const RUNTIME_PORTS: [u16; 4] = [4096, 3211, 4319, 4320];

/// The folder into which a session's clone goes.
pub const WORKSPACE: &str = "/workspace";

/// The packages that the layer installs with `apt-get`.
pub const PACKAGES: [&str; 10] = [
    "ca-certificates",
    "curl",
    "git",
    "gzip",
    "nodejs",
    "npm",
    "unzip",
    "tmux",
    "iproute2",
    "iputils-arping",
];

/// A step of the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The Dockerfile instruction that does it.
    pub instruction: &'static str,
    /// What it does.
    pub does: &'static str,
    /// What this asks of the file before it; absent when it asks nothing.
    pub asks: Option<&'static str>,
}

/// The steps in their order, behind the last stage of the file.
pub const STEPS: &[Step] = &[
    Step {
        instruction: "USER root",
        does: "builds the rest, and runs the sandbox, as root",
        asks: Some("a `USER` of the file has no effect at run time"),
    },
    Step {
        instruction: "RUN apt-get",
        does: "updates the package lists and installs ca-certificates, curl, git, gzip, nodejs, npm, \
               unzip, tmux, iproute2 and iputils-arping",
        asks: Some("a base of the Debian or Ubuntu family, `/bin/sh` syntax, no NodeSource"),
    },
    Step {
        instruction: "RUN npm",
        does: "installs the agent runtime and prepares its database",
        asks: Some("network access while building"),
    },
    Step {
        instruction: "RUN curl",
        does: "installs bun as `/usr/local/bin/bun`",
        asks: None,
    },
    Step {
        instruction: "RUN npm",
        does: "installs what the agent's configuration needs below `/opt/kortix`",
        asks: None,
    },
    Step {
        instruction: "RUN opencode",
        does: "starts the agent once in `/workspace`, then deletes everything there",
        asks: Some("nothing that the file puts into `/workspace` survives"),
    },
    Step {
        instruction: "RUN npm",
        does: "installs a browser for the agent with the system packages it needs",
        asks: None,
    },
    Step {
        instruction: "COPY",
        does: "adds the platform's own programs and a scaffold repository",
        asks: Some("the build context holds only these, no file of the repository"),
    },
    Step {
        instruction: "WORKDIR /workspace",
        does: "sets `KORTIX_WORKSPACE` and makes `/workspace` the working directory",
        asks: Some("a `WORKDIR` of the file has no effect at run time"),
    },
    Step {
        instruction: "EXPOSE 8000",
        does: "exposes the port of the agent",
        asks: Some("port 8000 stays free"),
    },
    Step {
        instruction: "ENTRYPOINT",
        does: "starts the agent",
        asks: Some("an `ENTRYPOINT` of the file is replaced; its `CMD` should not be there"),
    },
];
