//! The arguments.

use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::runtime::PanicAt;

/// Watch and steer many Kortix agent sessions from a terminal.
#[derive(Debug, Parser)]
#[command(name = "kortix-tui", version, args_conflicts_with_subcommands = false)]
pub struct Cli {
    /// How the screen looks and what it shows.
    #[command(flatten)]
    pub screen: Screen,
    /// What to do instead of showing the sessions of a host.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How the screen looks and what it shows.
#[derive(Debug, Args)]
pub struct Screen {
    /// The host to show, by its name in the hosts file; the active one by default
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// The account whose projects are shown
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// Show only this project, by id or name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// auto, dark, light, ansi, mono, or the path of a theme file
    #[arg(long, value_name = "THEME", global = true)]
    pub theme: Option<String>,
    /// Use ASCII characters only
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Move nothing on the screen for decoration
    #[arg(long, global = true)]
    pub no_animation: bool,
    /// Whether to use colors
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        default_missing_value = "always",
        num_args = 0..=1,
        require_equals = true,
        global = true
    )]
    pub color: When,
    /// Fail on purpose
    #[arg(long, hide = true, global = true)]
    pub panic_at: Option<PanicAt>,
}

/// Whether to use colors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// As the terminal and the environment say.
    #[default]
    Auto,
    /// Also where the environment says no.
    Always,
    /// No colors.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run sessions on this machine and show them
    Local(Local),
    /// Run sessions on this machine for other programs; prints one line of JSON
    Serve(Serve),
    /// List, add, choose or remove hosts
    Hosts(Hosts),
    /// Print what a change request would change
    Diff(Diff),
    /// List the change requests of all hosts that somebody is signed in to
    Crs(Crs),
    /// Say what is wrong in kortix.toml and in the Dockerfiles that it names
    Validate(Validate),
    /// Say what sandboxes are made from, and whether a change builds their snapshots again
    Explain(Explain),
    /// Check what the program needs
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the keys as they are set
    Keys {
        /// Print JSON
        #[arg(long, conflicts_with = "markdown")]
        json: bool,
        /// Print Markdown tables
        #[arg(long)]
        markdown: bool,
    },
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Run a command that ends when this program's starter ends
    #[command(hide = true)]
    Supervise {
        /// The command with its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<OsString>,
    },
}

/// What both `local` and `serve` take.
#[derive(Debug, Clone, Args)]
pub struct Plane {
    /// Git repositories, one project each; the one of the current folder by default
    #[arg(value_name = "REPO")]
    pub repositories: Vec<PathBuf>,
    /// Serve a sample project too
    #[arg(long)]
    pub sample: bool,
    /// Which agent answers
    #[arg(long, value_name = "AGENT")]
    pub agent: Option<AgentChoice>,
    /// The OpenCode program
    #[arg(long, value_name = "PATH")]
    pub opencode: Option<PathBuf>,
    /// Give OpenCode a home of its own instead of yours
    #[arg(long, value_name = "DIR")]
    pub isolated_home: Option<PathBuf>,
    /// How much faster than a person the practice agent works
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = speed)]
    pub speed: f64,
    /// Which of its scripts the practice agent plays
    #[arg(long, value_name = "NUMBER", hide = true)]
    pub seed: Option<u64>,
    /// Where sessions and their state are kept
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// How many sessions may run at once
    #[arg(long, value_name = "NUMBER")]
    pub max_sessions: Option<usize>,
}

/// `local`.
#[derive(Debug, Args)]
pub struct Local {
    /// What runs.
    #[command(flatten)]
    pub plane: Plane,
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// What runs.
    #[command(flatten)]
    pub plane: Plane,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Allow an address that other machines can reach
    #[arg(long)]
    pub allow_remote: bool,
}

/// Which agent answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AgentChoice {
    /// OpenCode where it is found, practice elsewhere
    Auto,
    /// A scripted agent without a model
    Practice,
    /// OpenCode
    Opencode,
}

/// `validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// Manifests, Dockerfiles, folders, or `-`; the current folder by default
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
    /// Make the changes that surely are what was meant; with `-`, print the changed text
    #[arg(long)]
    pub fix: bool,
    /// Check again whenever a file changes, until ctrl-c
    #[arg(long, conflicts_with = "fix")]
    pub watch: bool,
    /// Only what the control plane and a build would say
    #[arg(long)]
    pub no_local: bool,
    /// List all codes with what they mean
    #[arg(long, conflicts_with_all = ["fix", "watch", "paths"])]
    pub codes: bool,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub workflows
    Github,
    /// One line for each finding, for a model to act on
    Agent,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The folder with kortix.toml; the current folder by default
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Say what changed since this commit, by any name that git knows
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// Look at this commit in place of the files in the folder
    #[arg(long, value_name = "REV")]
    pub head: Option<String>,
    /// Ask this host too, by its name in the hosts file
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// The project on the host, by id or name; that of the folder's link by default
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Ask no host, also where the folder is linked to one
    #[arg(long, conflicts_with_all = ["host", "project"])]
    pub offline: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The project, by id or name
    #[arg(value_name = "PROJECT")]
    pub project: String,
    /// The change request's number
    #[arg(value_name = "NUMBER")]
    pub number: String,
    /// Only on this host, by its name in the hosts file
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Before at the left, after at the right
    #[arg(long)]
    pub side_by_side: bool,
    /// How many columns to use; the terminal's by default
    #[arg(long, value_name = "NUMBER")]
    pub columns: Option<u16>,
}

/// `crs`.
#[derive(Debug, Args)]
pub struct Crs {
    /// Which ones, by their state
    #[arg(long, value_name = "STATE", default_value = "open")]
    pub status: Status,
    /// Only those of this project, by id or name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only those of this host, by its name in the hosts file
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which change requests are listed, by their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Status {
    /// Those that wait
    Open,
    /// Those that were merged
    Merged,
    /// Those that were put aside
    Closed,
    /// All
    All,
}

/// `hosts`.
#[derive(Debug, Args)]
pub struct Hosts {
    /// What to do; list by default.
    #[command(subcommand)]
    pub command: Option<HostsCommand>,
}

/// What to do with hosts.
#[derive(Debug, Subcommand)]
pub enum HostsCommand {
    /// List the hosts
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a host, or change one; the token is read from KORTIX_TUI_TOKEN or standard input
    Add {
        /// Its name
        name: String,
        /// Its address
        url: String,
        /// Read the token from standard input
        #[arg(long)]
        token_stdin: bool,
    },
    /// Make a host the active one
    Use {
        /// Its name
        name: String,
    },
    /// Remove a host
    Remove {
        /// Its name
        name: String,
    },
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed > 0.0 => Ok(speed),
        Ok(_) | Err(_) => Err("a number above 0 is wanted".to_owned()),
    }
}
