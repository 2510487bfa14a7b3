//! Hosts and tokens, shared with the official CLI.
//!
//! In: the CLI's `~/.config/kortix/config.json`, the variables `KORTIX_CLI_TOKEN`,
//! `KORTIX_EXECUTOR_TOKEN`, `KORTIX_API_URL`, `KORTIX_PROJECT_ID`, `KORTIX_CONFIG_FILE`, and
//! `.kortix/link.json` of the current folder. Out: [`Hosts`], with every problem as data, and edits
//! of the file that keep what they do not know. A file that cannot be read is never overwritten.

mod file;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{
    config::environment::Environment,
    model::{
        host::{Host, Token},
        id::{AccountId, HostName, ProjectId},
    },
};

/// The name of the built-in host.
pub const CLOUD: &str = "cloud";
/// Where the built-in host is, unless `KORTIX_DEFAULT_API_BASE` says otherwise.
pub const CLOUD_URL: &str = "https://api.kortix.com";
/// The name of the host that a token in the environment makes up.
const SANDBOX: &str = "sandbox";

/// All hosts, and which one is meant when nobody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// The host that is used; always one of `hosts`.
    pub active: HostName,
    /// The hosts: that of the environment first, then those of the file by name.
    pub hosts: Vec<HostEntry>,
    /// The project of the environment or of the current folder's link.
    pub project: Option<ProjectId>,
    /// The link of the current folder.
    pub link: Option<Link>,
    /// What was wrong with the file, and what was done about it.
    pub problems: Vec<Problem>,
}

/// A host and what is known about who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostEntry {
    /// The host.
    pub host: Host,
    /// Where it comes from.
    pub source: Source,
    /// Whose token it is; absent when unknown.
    pub user_email: Option<String>,
    /// The account that was chosen at sign-in; absent when unknown.
    pub account: Option<AccountId>,
}

/// Where a host comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Made up by variables of the environment.
    Environment,
    /// Written in the hosts file.
    File,
    /// Known without a file.
    BuiltIn,
}

/// The link of a folder to a project (`.kortix/link.json`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The project.
    pub project: ProjectId,
    /// Its account; absent when the link does not say.
    pub account: Option<AccountId>,
    /// The host that has it; absent when the link does not say.
    pub host: Option<HostName>,
}

/// What is wrong with the hosts file or with an edit of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is not what it should be; nothing of it is used and nothing overwrites it.
    #[error("`{}` cannot be read at line {line}, column {column}: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The file cannot be opened.
    #[error("`{}` cannot be opened: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file cannot be written; the old one is as it was.
    #[error("`{}` cannot be written: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file is a symbolic link, which is not written through.
    #[error("`{}` is a symbolic link and was not changed", path.display())]
    Symlink {
        /// The file.
        path: PathBuf,
    },
    /// Others could read the tokens; the mode was set to 0600.
    #[error("`{}` could be read by others ({mode:03o}); it was set to 600", path.display())]
    ModeRepaired {
        /// The file.
        path: PathBuf,
        /// The mode before.
        mode: u32,
    },
    /// Others can read the tokens and the mode cannot be changed.
    #[error("`{}` can be read by others ({mode:03o})", path.display())]
    ModeTooWide {
        /// The file.
        path: PathBuf,
        /// The mode.
        mode: u32,
    },
    /// An entry is not a host and is left out.
    #[error("host `{name}` has no readable {field}")]
    BadEntry {
        /// The entry.
        name: String,
        /// What is missing or of the wrong kind.
        field: &'static str,
    },
    /// No home folder and no `KORTIX_CONFIG_FILE`: there is no place for the file.
    #[error("there is no home folder to keep the hosts in")]
    NoHome,
    /// No such host.
    #[error("there is no host `{name}`")]
    UnknownHost {
        /// The name.
        name: String,
    },
    /// Not a name for a host.
    #[error("`{name}` is no name for a host")]
    InvalidName {
        /// The name.
        name: String,
    },
    /// Not an address of a control plane.
    #[error("`{url}` is not an http or https address")]
    InvalidUrl {
        /// The address.
        url: String,
    },
}

impl Problem {
    /// A way out, when there is one: a sentence.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Corrupt { .. } => Some("Repair the file or move it away; it was left as it is."),
            Self::Unreadable { .. } | Self::Unwritable { .. } => {
                Some("Check the owner and the mode of the file and its folder.")
            }
            Self::Symlink { .. } => {
                Some("Edit the file it points to, or set `KORTIX_CONFIG_FILE`.")
            }
            Self::ModeRepaired { .. } => Some("If others use this machine, make a new token."),
            Self::ModeTooWide { .. } => Some("Set its mode to 600."),
            Self::BadEntry { .. } => Some("Correct the entry, or add the host again."),
            Self::NoHome => Some("Set `HOME` or `KORTIX_CONFIG_FILE`."),
            Self::UnknownHost { .. } => Some("`kortix-tui hosts` lists them."),
            Self::InvalidName { .. } => {
                Some("Begin with a letter; then letters, digits, `.`, `_`, `-`, at most 64.")
            }
            Self::InvalidUrl { .. } => Some("Give an address such as https://api.kortix.com."),
        }
    }
}

impl Hosts {
    /// Reads everything; problems never stop it.
    pub fn load(environment: &Environment) -> Self {
        Self::load_for(environment, &environment.cwd)
    }

    /// Reads everything for work in a folder, whose link counts in place of the current folder's.
    pub fn load_for(environment: &Environment, folder: &Path) -> Self {
        let mut problems = Vec::new();
        let file = match file::path(environment) {
            Some(path) => file::read(&path, &mut problems),
            None => Value::Null,
        };
        Self::resolve(environment, &file, link(folder), problems)
    }

    /// Decides by the file's content, the environment and the link, without touching the disk.
    pub fn resolve(
        environment: &Environment,
        file: &Value,
        link: Option<Link>,
        mut problems: Vec<Problem>,
    ) -> Self {
        let default_url = default_url(environment);
        let mut hosts = file::entries(file, &default_url, &mut problems);
        if !hosts.iter().any(|entry| entry.host.name.as_str() == CLOUD) {
            hosts.push(built_in(&default_url));
        }
        hosts.sort_by(|a, b| a.host.name.cmp(&b.host.name));
        let named = file.get("active").and_then(Value::as_str).unwrap_or(CLOUD);
        let named = file::current_name(named);
        let is_known = hosts.iter().any(|entry| entry.host.name.as_str() == named);
        let mut active = HostName::from(if is_known { named } else { CLOUD });
        let url = environment.var("KORTIX_API_URL");
        if let Some(token) = environment_token(environment) {
            active = HostName::from(SANDBOX);
            hosts.retain(|entry| entry.host.name != active);
            hosts.insert(0, made_up(token, url.unwrap_or(&default_url)));
        } else if let Some(url) = url {
            let chosen = hosts.iter_mut().filter(|entry| entry.host.name == active);
            chosen.for_each(|entry| entry.host.url = url.to_owned());
        }
        let project = environment.var("KORTIX_PROJECT_ID").map(ProjectId::from);
        Self {
            active,
            hosts,
            project: project.or_else(|| link.as_ref().map(|link| link.project.clone())),
            link,
            problems,
        }
    }

    /// The host with a name.
    pub fn find(&self, name: &str) -> Option<&HostEntry> {
        self.hosts
            .iter()
            .find(|entry| entry.host.name.as_str() == name)
    }

    /// The host that is used.
    pub fn active(&self) -> Option<&HostEntry> {
        self.find(self.active.as_str())
    }

    /// The host for work on a project: that of the environment, else the link's, else the active one.
    pub fn for_project(&self) -> Option<&HostEntry> {
        let of_link = || self.find(self.link.as_ref()?.host.as_ref()?.as_str());
        let active = self.active()?;
        match active.source {
            Source::Environment => Some(active),
            Source::File | Source::BuiltIn => of_link().or(Some(active)),
        }
    }
}

/// Adds a host to the file, or gives one a new address and token; others stay as they are.
pub fn add(environment: &Environment, host: &Host) -> Result<(), Problem> {
    if !is_name(host.name.as_str()) {
        let name = host.name.to_string();
        return Err(Problem::InvalidName { name });
    }
    if !is_web_address(&host.url) {
        let url = host.url.clone();
        return Err(Problem::InvalidUrl { url });
    }
    file::edit(environment, |content| {
        file::insert(content, host);
        Ok(())
    })
}

/// Makes a host the active one.
pub fn activate(environment: &Environment, name: &HostName) -> Result<(), Problem> {
    let is_built_in = name.as_str() == CLOUD;
    file::edit(environment, |content| {
        if !is_built_in && !file::has(content, name) {
            let name = name.to_string();
            return Err(Problem::UnknownHost { name });
        }
        file::activate(content, name);
        Ok(())
    })
}

/// Takes a host out of the file; when it was active, `cloud` becomes so.
pub fn remove(environment: &Environment, name: &HostName) -> Result<(), Problem> {
    file::edit(environment, |content| {
        if !file::remove(content, name) {
            let name = name.to_string();
            return Err(Problem::UnknownHost { name });
        }
        Ok(())
    })
}

/// Where the hosts file is; `None` without a home folder.
pub fn path(environment: &Environment) -> Option<PathBuf> {
    file::path(environment)
}

fn link(folder: &Path) -> Option<Link> {
    let path = folder.join(".kortix").join("link.json");
    let value: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let text = |key| {
        let text = value.get(key).and_then(Value::as_str)?;
        Some(text).filter(|text| !text.is_empty())
    };
    Some(Link {
        project: text("project_id")?.into(),
        account: text("account_id").map(Into::into),
        host: text("host").map(|name| file::current_name(name).into()),
    })
}

fn default_url(environment: &Environment) -> String {
    let given = environment.var("KORTIX_DEFAULT_API_BASE");
    given.unwrap_or(CLOUD_URL).to_owned()
}

fn environment_token(environment: &Environment) -> Option<Token> {
    let given = environment.var("KORTIX_CLI_TOKEN");
    given
        .or_else(|| environment.var("KORTIX_EXECUTOR_TOKEN"))
        .map(Token::new)
}

fn built_in(url: &str) -> HostEntry {
    HostEntry {
        host: Host {
            name: CLOUD.into(),
            url: url.to_owned(),
            token: Token::default(),
        },
        source: Source::BuiltIn,
        user_email: None,
        account: None,
    }
}

fn made_up(token: Token, url: &str) -> HostEntry {
    HostEntry {
        host: Host {
            name: SANDBOX.into(),
            url: url.to_owned(),
            token,
        },
        source: Source::Environment,
        user_email: None,
        account: None,
    }
}

/// `^[a-zA-Z][a-zA-Z0-9._-]*$`, at most 64 characters.
fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

fn is_web_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']))
        && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}
