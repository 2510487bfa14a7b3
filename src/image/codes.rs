//! All codes of this area, with what they mean.

use crate::diagnostic::{Family, Severity};

/// A code with its explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The stable name, such as `dockerfile/cmd-ignored`.
    pub name: &'static str,
    /// How bad a finding with it is.
    pub severity: Severity,
    /// Why it matters, one or two sentences.
    pub explanation: &'static str,
}

impl Code {
    /// Who makes it, from the part before the slash.
    pub fn family(&self) -> Family {
        match self.name.split('/').next() {
            Some("dockerfile") => Family::Dockerfile,
            Some("image") => Family::Image,
            _ => Family::Local,
        }
    }
}

const fn code(name: &'static str, severity: Severity, explanation: &'static str) -> Code {
    Code {
        name,
        severity,
        explanation,
    }
}

/// Every code, by name.
pub const CODES: &[Code] = &[
    APT_CLEAN,
    BASE_NOT_DEBIAN,
    BASE_UNKNOWN,
    CMD_IGNORED,
    COPY_FROM_CONTEXT,
    COPY_OUTSIDE_CONTEXT,
    ENTRYPOINT_OVERRIDDEN,
    ESCAPE_DIRECTIVE,
    FROM_ARG_UNSET,
    FROM_LATEST,
    FROM_UNTAGGED,
    NO_FROM,
    NODESOURCE,
    ONBUILD_INERT,
    PORT_RESERVED,
    SECRET_ENV,
    SECRET_FILE,
    SECRET_VALUE,
    SHELL_UNSUPPORTED,
    SYNTAX_ERROR,
    TRAILING_CONTINUATION,
    UNKNOWN_INSTRUCTION,
    UNTERMINATED_HEREDOC,
    URL_CREDENTIALS,
    USER_OVERRIDDEN,
    IMAGE_BASE_UNKNOWN,
    IMAGE_INVALID,
    IMAGE_LATEST,
    IMAGE_NOT_DEBIAN,
    IMAGE_UNTAGGED,
    COPY_IN_HEREDOC,
    FROM_INVALID,
    HEREDOC_LINE,
    INSTRUCTION_INCOMPLETE,
    NOT_UTF8,
    RUNTIME_PORT,
    SECRET_MOUNT,
    WORKDIR_OVERRIDDEN,
    WORKSPACE_CLEARED,
];

/// `dockerfile/apt-clean-keeps-lists`
pub const APT_CLEAN: Code = code(
    "dockerfile/apt-clean-keeps-lists",
    Severity::Warning,
    "`apt-get clean` empties the package cache but leaves the lists, which make the image \
     larger and go stale.",
);

/// `dockerfile/base-not-debian`
pub const BASE_NOT_DEBIAN: Code = code(
    "dockerfile/base-not-debian",
    Severity::Error,
    "The platform installs its runtime with `apt-get`, so the build fails on a base \
     outside of the Debian and Ubuntu family.",
);

/// `dockerfile/base-unknown`
pub const BASE_UNKNOWN: Code = code(
    "dockerfile/base-unknown",
    Severity::Hint,
    "Name and tag do not tell whether the base is of the Debian or Ubuntu family, which \
     the platform needs for `apt-get`.",
);

/// `dockerfile/cmd-ignored`
pub const CMD_IGNORED: Code = code(
    "dockerfile/cmd-ignored",
    Severity::Hint,
    "The platform starts its own agent; a `CMD` does not run, and Docker may hand its \
     words to the agent as arguments.",
);

/// `dockerfile/copy-from-context`
pub const COPY_FROM_CONTEXT: Code = code(
    "dockerfile/copy-from-context",
    Severity::Warning,
    "The build context holds only the platform's own files, so a file of the repository \
     is not found.",
);

/// `dockerfile/copy-outside-context`
pub const COPY_OUTSIDE_CONTEXT: Code = code(
    "dockerfile/copy-outside-context",
    Severity::Error,
    "A source that is absolute or goes up by `..` is outside of the build context.",
);

/// `dockerfile/entrypoint-overridden`
pub const ENTRYPOINT_OVERRIDDEN: Code = code(
    "dockerfile/entrypoint-overridden",
    Severity::Warning,
    "The platform replaces the entrypoint with its agent, so what this one starts does \
     not run.",
);

/// `dockerfile/escape-directive`
pub const ESCAPE_DIRECTIVE: Code = code(
    "dockerfile/escape-directive",
    Severity::Error,
    "The platform's layer is appended as text and continues its lines with a backslash; \
     another escape character breaks it.",
);

/// `dockerfile/from-arg-unset`
pub const FROM_ARG_UNSET: Code = code(
    "dockerfile/from-arg-unset",
    Severity::Error,
    "The platform passes no build arguments, so a variable in `FROM` needs a default.",
);

/// `dockerfile/from-latest`
pub const FROM_LATEST: Code = code(
    "dockerfile/from-latest",
    Severity::Warning,
    "`latest` moves, so the next build may be made from another system.",
);

/// `dockerfile/from-untagged`
pub const FROM_UNTAGGED: Code = code(
    "dockerfile/from-untagged",
    Severity::Warning,
    "Without a tag or a digest the base is `latest`, which moves.",
);

/// `dockerfile/no-from`
pub const NO_FROM: Code = code(
    "dockerfile/no-from",
    Severity::Error,
    "A Dockerfile needs a `FROM`; there is nothing to build.",
);

/// `dockerfile/nodesource-conflict`
pub const NODESOURCE: Code = code(
    "dockerfile/nodesource-conflict",
    Severity::Warning,
    "NodeSource's `nodejs` conflicts with the distribution's `npm`, which the platform \
     installs next to it.",
);

/// `dockerfile/onbuild-inert`
pub const ONBUILD_INERT: Code = code(
    "dockerfile/onbuild-inert",
    Severity::Hint,
    "Nothing is built from this image with `FROM`, so a trigger of its last stage never \
     runs.",
);

/// `dockerfile/port-8000-reserved`
pub const PORT_RESERVED: Code = code(
    "dockerfile/port-8000-reserved",
    Severity::Warning,
    "The agent in a sandbox listens on port 8000; a program that takes the port first \
     makes the sandbox unreachable.",
);

/// `dockerfile/secret-env`
pub const SECRET_ENV: Code = code(
    "dockerfile/secret-env",
    Severity::Warning,
    "Values of `ENV` and `ARG` stay readable in the image, in its history and in the \
     repository.",
);

/// `dockerfile/secret-file`
pub const SECRET_FILE: Code = code(
    "dockerfile/secret-file",
    Severity::Warning,
    "A file with credentials becomes a layer of the image that everyone with the image \
     can read.",
);

/// `dockerfile/secret-value`
pub const SECRET_VALUE: Code = code(
    "dockerfile/secret-value",
    Severity::Error,
    "A credential in the file is in the repository, in build logs and in the image; \
     whoever reads one of them can use it.",
);

/// `dockerfile/shell-unsupported`
pub const SHELL_UNSUPPORTED: Code = code(
    "dockerfile/shell-unsupported",
    Severity::Warning,
    "The platform's layer runs with the shell that the file leaves set, and is written \
     for `/bin/sh`.",
);

/// `dockerfile/syntax-error`
pub const SYNTAX_ERROR: Code = code(
    "dockerfile/syntax-error",
    Severity::Error,
    "The builder cannot read this.",
);

/// `dockerfile/trailing-continuation`
pub const TRAILING_CONTINUATION: Code = code(
    "dockerfile/trailing-continuation",
    Severity::Error,
    "The platform's layer is appended as text, so a line that goes on behind the end of \
     the file swallows its first line.",
);

/// `dockerfile/unknown-instruction`
pub const UNKNOWN_INSTRUCTION: Code = code(
    "dockerfile/unknown-instruction",
    Severity::Error,
    "The builder stops at a word that is no instruction.",
);

/// `dockerfile/unterminated-heredoc`
pub const UNTERMINATED_HEREDOC: Code = code(
    "dockerfile/unterminated-heredoc",
    Severity::Error,
    "A heredoc that does not end makes the build fail.",
);

/// `dockerfile/url-credentials`
pub const URL_CREDENTIALS: Code = code(
    "dockerfile/url-credentials",
    Severity::Error,
    "A password in a URL is in the repository, in build logs and in the image.",
);

/// `dockerfile/user-overridden`
pub const USER_OVERRIDDEN: Code = code(
    "dockerfile/user-overridden",
    Severity::Hint,
    "The platform switches back to root for its layer, and the sandbox runs as root.",
);

/// `image/base-unknown`
pub const IMAGE_BASE_UNKNOWN: Code = code(
    "image/base-unknown",
    Severity::Hint,
    "Name and tag do not tell whether the image is of the Debian or Ubuntu family, which \
     the platform needs for `apt-get`.",
);

/// `image/invalid`
pub const IMAGE_INVALID: Code = code(
    "image/invalid",
    Severity::Error,
    "The builder puts this behind `FROM` and cannot read it.",
);

/// `image/latest`
pub const IMAGE_LATEST: Code = code(
    "image/latest",
    Severity::Warning,
    "`latest` moves, so the next build may be made from another system.",
);

/// `image/not-debian`
pub const IMAGE_NOT_DEBIAN: Code = code(
    "image/not-debian",
    Severity::Error,
    "The platform installs its runtime with `apt-get`, so the build fails on an image \
     outside of the Debian and Ubuntu family.",
);

/// `image/untagged`
pub const IMAGE_UNTAGGED: Code = code(
    "image/untagged",
    Severity::Error,
    "The platform wants a tag or a digest, so that it is known what is built.",
);

/// `local/copy-in-heredoc`
pub const COPY_IN_HEREDOC: Code = code(
    "local/copy-in-heredoc",
    Severity::Warning,
    "The upload of the build context looks for lines that begin with `COPY`, also inside \
     of heredocs, and fails when it finds no such file.",
);

/// `local/from-invalid`
pub const FROM_INVALID: Code = code(
    "local/from-invalid",
    Severity::Warning,
    "The builder cannot read this image reference.",
);

/// `local/heredoc-unsupported`
pub const HEREDOC_LINE: Code = code(
    "local/heredoc-unsupported",
    Severity::Hint,
    "Newer servers refuse a line that ends with the beginning of a heredoc, because one \
     of their builders cannot read it.",
);

/// `local/instruction-incomplete`
pub const INSTRUCTION_INCOMPLETE: Code = code(
    "local/instruction-incomplete",
    Severity::Warning,
    "The builder refuses an instruction with too few or too many arguments.",
);

/// `local/not-utf8`
pub const NOT_UTF8: Code = code(
    "local/not-utf8",
    Severity::Warning,
    "The platform reads the file as UTF-8; other bytes are replaced.",
);

/// `local/port-in-use`
pub const RUNTIME_PORT: Code = code(
    "local/port-in-use",
    Severity::Hint,
    "The runtime inside a sandbox uses this port.",
);

/// `local/secret-mount-empty`
pub const SECRET_MOUNT: Code = code(
    "local/secret-mount-empty",
    Severity::Hint,
    "The platform passes no secrets to a build, so a secret mount is empty.",
);

/// `local/workdir-overridden`
pub const WORKDIR_OVERRIDDEN: Code = code(
    "local/workdir-overridden",
    Severity::Hint,
    "The platform sets the working directory to `/workspace`.",
);

/// `local/workspace-cleared`
pub const WORKSPACE_CLEARED: Code = code(
    "local/workspace-cleared",
    Severity::Warning,
    "The platform deletes everything in `/workspace` while it builds; a session's clone \
     goes there.",
);
