//! The codes of findings across files; all of them are of the family `local`.

use crate::manifest::codes::{Code, hint, local};

/// The manifest is not in git.
pub const MANIFEST_UNTRACKED: Code = hint(
    "local/manifest-untracked",
    "git does not know the manifest",
    "The control plane reads the manifest from a commit; a file that was never added is not seen.",
);
/// A template's Dockerfile is not there.
pub const DOCKERFILE_MISSING: Code = local(
    "local/dockerfile-missing",
    "there is no such Dockerfile",
    "The validation does not look at other files, but the template's build fails. Paths are relative to the root of the repository.",
);
/// A template's Dockerfile is a folder.
pub const DOCKERFILE_FOLDER: Code = local(
    "local/dockerfile-folder",
    "a folder, not a Dockerfile",
    "`dockerfile` names the file itself, such as `.kortix/Dockerfile`.",
);
/// A template's Dockerfile cannot be read.
pub const DOCKERFILE_UNREADABLE: Code = local(
    "local/dockerfile-unreadable",
    "the Dockerfile cannot be read",
    "It is there, but it was not looked at: it may lead out of the project or lack the permission to read.",
);
/// A template's Dockerfile is not in git.
pub const DOCKERFILE_UNTRACKED: Code = local(
    "local/dockerfile-untracked",
    "git does not know the Dockerfile",
    "Images are built from what is committed on the default branch; add the file with `git add`.",
);
/// A template's Dockerfile is ignored by git.
pub const DOCKERFILE_IGNORED: Code = local(
    "local/dockerfile-ignored",
    "git ignores the Dockerfile",
    "A `.gitignore` keeps it out of commits, and images are built from what is committed.",
);
/// A template's Dockerfile is in a submodule.
pub const DOCKERFILE_SUBMODULE: Code = local(
    "local/dockerfile-submodule",
    "the Dockerfile is in a submodule",
    "A commit holds only the hash of a submodule, so its files are not there when images are built.",
);
/// A template's Dockerfile is kept by Git LFS.
pub const DOCKERFILE_LFS: Code = local(
    "local/dockerfile-lfs",
    "the Dockerfile is a Git LFS pointer",
    "Git holds a pointer in place of the text, and the builder reads the pointer.",
);
/// An agent that OpenCode does not know.
pub const AGENT_UNKNOWN: Code = local(
    "local/agent-unknown",
    "no such agent",
    "The control plane does not check names of agents: a session that asks for one that OpenCode does not know fails or gets another one. Agents are files below `agent/` or `agents/` of the configuration folder, keys of `agent` in `opencode.json`, or built in.",
);
/// The folder of OpenCode's configuration is not used.
pub const CONFIG_DIR_UNUSED: Code = local(
    "local/config-dir-unused",
    "`config_dir` is not used",
    "The folder is used only if an `opencode.json` or `opencode.jsonc` is in it; else it is `.kortix/opencode`.",
);

/// All codes, by area.
pub const ALL: [&Code; 10] = [
    &MANIFEST_UNTRACKED,
    &DOCKERFILE_MISSING,
    &DOCKERFILE_FOLDER,
    &DOCKERFILE_UNREADABLE,
    &DOCKERFILE_UNTRACKED,
    &DOCKERFILE_IGNORED,
    &DOCKERFILE_SUBMODULE,
    &DOCKERFILE_LFS,
    &AGENT_UNKNOWN,
    &CONFIG_DIR_UNUSED,
];
