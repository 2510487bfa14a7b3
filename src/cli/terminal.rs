//! Whether there is a terminal that a screen can be drawn on.
//!
//! In: the environment and the standard streams. Out: nothing, or what is wrong in one sentence.
//! Nothing is written to the terminal. Not for: how many colors it has (`cli::tui`).

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use crate::{
    cli::{Failure, console::Code, line},
    config::environment::Environment,
};

/// Terminals that are known without a look into the terminfo database, by the start of their names.
const FAMILIES: [&str; 18] = [
    "xterm",
    "screen",
    "tmux",
    "rxvt",
    "linux",
    "vt1",
    "vt2",
    "vt3",
    "vt4",
    "vt5",
    "kitty",
    "foot",
    "alacritty",
    "wezterm",
    "ghostty",
    "konsole",
    "gnome",
    "st-",
];
/// Where terminfo databases are.
const DATABASES: [&str; 5] = [
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/usr/local/share/terminfo",
    "/usr/lib/terminfo",
];

/// Fails where no screen can be drawn.
pub(super) fn needed(environment: &Environment) -> Result<(), Failure> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(refusal("standard input and output must be a terminal"));
    }
    match environment.var("TERM") {
        None | Some("dumb") => Err(refusal(
            "this terminal cannot place the cursor ($TERM is unset or `dumb`)",
        )),
        Some(name) if !is_known(name, environment) => Err(refusal(&format!(
            "nothing is known of a terminal `{}`; set $TERM, for example to `xterm-256color`",
            line(name)
        ))),
        Some(_) => Ok(()),
    }
}

fn refusal(message: &str) -> Failure {
    let hint = "`kortix-tui serve`, `hosts`, `keys` and `doctor` work without one";
    Failure::new(Code::Usage, message).hint(hint)
}

fn is_known(name: &str, environment: &Environment) -> bool {
    FAMILIES.iter().any(|family| name.starts_with(family)) || has_entry(name, environment)
}

/// Whether a terminfo database has the name; entries are filed by its first letter or that
/// letter's number.
fn has_entry(name: &str, environment: &Environment) -> bool {
    let Some(first) = name.chars().next().filter(|_| !name.contains(['/', '\0'])) else {
        return false;
    };
    let own = environment.home.as_ref().map(|home| home.join(".terminfo"));
    let given = environment.var("TERMINFO").map(PathBuf::from);
    let listed = environment.var("TERMINFO_DIRS").unwrap_or_default();
    let listed = listed.split(':').filter(|folder| !folder.is_empty());
    let folders = [given, own].into_iter().flatten();
    let folders = folders.chain(listed.chain(DATABASES).map(PathBuf::from));
    let letters = [first.to_string(), format!("{:x}", u32::from(first))];
    folders
        .flat_map(|folder| letters.clone().map(|letter| folder.join(letter)))
        .any(|folder| folder.join(name).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_by_its_family_or_by_a_database() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("6d"))?;
        std::fs::write(folder.path().join("6d/mine"), "")?;
        let given = folder.path().to_string_lossy().into_owned();
        let environment = Environment {
            vars: [("TERMINFO".to_owned(), given)].into_iter().collect(),
            home: None,
            cwd: PathBuf::from("/"),
        };
        for known in ["xterm-ghostty", "tmux-256color", "vt220", "mine"] {
            assert!(is_known(known, &environment), "{known}");
        }
        for unknown in ["no-such-terminal", "../mine", "6d/mine", "\0"] {
            assert!(!is_known(unknown, &environment), "{unknown}");
        }
        Ok(())
    }
}
