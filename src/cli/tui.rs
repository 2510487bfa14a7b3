//! The screen: from arguments, settings and hosts to a launch.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    app::{HostSpec, Setup, event::Level},
    cli::{
        Failure,
        args::{Local, Screen, When},
        console::{Code, complain},
        folders, line, local, terminal,
    },
    config::{
        environment::Environment,
        hosts::{HostEntry, Hosts},
        paths::Paths,
        settings::{Settings, THEMES},
    },
    model::{host::Host, id::HostName},
    runtime::{self, Charset, Exit, Launch, Look, hosts::Starting, keeper::Places},
    theme::{Background, ColorDepth, Theme},
};

/// The name of the control plane in this process.
const EMBEDDED: &str = "local";

/// Shows the sessions of a host.
pub(super) fn remote(screen: &Screen, environment: &Environment) -> Result<ExitCode, Failure> {
    let hosts = Hosts::load(environment);
    let entry = choose(&hosts, screen)?;
    if entry.host.token.is_empty() {
        // A file that cannot be read may hold the token that is missing.
        return Err(match hosts.problems.first() {
            Some(problem) => Failure::new(Code::Failed, line(&problem.to_string()))
                .hint(problem.hint().unwrap_or_default()),
            None => not_signed_in(entry),
        });
    }
    terminal::needed(environment)?;
    let mut prepared = Prepared::read(environment);
    let warnings = hosts
        .problems
        .iter()
        .map(|problem| line(&problem.to_string()));
    prepared
        .notices
        .extend(warnings.map(|text| (Level::Warning, text)));
    let spec = HostSpec {
        name: entry.host.name.clone(),
        url: entry.host.url.clone(),
        is_embedded: false,
    };
    let mut launch = prepared.launch(screen, spec, environment)?;
    launch.hosts = vec![entry.host.clone()];
    let link = hosts.link.as_ref().map(|link| &link.project);
    let here = std::slice::from_ref(&environment.cwd);
    launch.setup.folders = folders::of(here, link, environment);
    launch.account = match &screen.account {
        Some(account) => Some(account.as_str().into()),
        None => entry.account.clone(),
    };
    show(launch, prepared.paths)
}

/// Runs the control plane in this process and shows its sessions.
pub(super) fn local(
    screen: &Screen,
    options: &Local,
    environment: &Environment,
) -> Result<ExitCode, Failure> {
    terminal::needed(environment)?;
    let prepared = Prepared::read(environment);
    let starting = local::starting(&options.plane, &prepared.settings, environment)?;
    let spec = HostSpec {
        name: EMBEDDED.into(),
        url: "this machine".to_owned(),
        is_embedded: true,
    };
    let mut launch = prepared.launch(screen, spec, environment)?;
    let served = local::repositories(&options.plane, environment);
    launch.setup.folders = folders::of(&served, None, environment);
    launch.embedded = Some((HostName::from(EMBEDDED), starting as Starting));
    show(launch, prepared.paths)
}

/// Makes the host record of a control plane in this process.
pub(super) fn embedded_host(url: &str, token: &str) -> Host {
    Host {
        name: EMBEDDED.into(),
        url: url.to_owned(),
        token: crate::model::host::Token::new(token),
    }
}

fn show(launch: Launch, paths: Option<Paths>) -> Result<ExitCode, Failure> {
    if let Some(paths) = paths {
        runtime::log::start(paths.log(), launch.environment.var("KORTIX_TUI_LOG"));
    }
    let exit =
        runtime::run(launch).map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    Ok(match exit {
        Exit::Quit => ExitCode::SUCCESS,
        Exit::Signal(number) => ExitCode::from(128 + number),
        Exit::TerminalGone => ExitCode::from(129),
        Exit::Panicked => ExitCode::from(101),
        Exit::NotStarted(problem) => {
            complain(&Failure::new(Code::Failed, problem.message).hint(problem.hint));
            ExitCode::from(Code::Failed.number())
        }
    })
}

fn choose<'a>(hosts: &'a Hosts, screen: &Screen) -> Result<&'a HostEntry, Failure> {
    let entry = match &screen.host {
        Some(name) => hosts.find(name),
        None => hosts.for_project(),
    };
    entry.ok_or_else(|| {
        let name = screen.host.as_deref().unwrap_or(hosts.active.as_str());
        Failure::new(Code::Usage, format!("there is no host `{}`", line(name)))
            .hint("`kortix-tui hosts` lists those there are")
    })
}

/// Says that nobody is signed in, and what to do about it.
pub(super) fn not_signed_in(entry: &HostEntry) -> Failure {
    let name = line(entry.host.name.as_str());
    let message = format!("nobody is signed in to `{name}`");
    Failure::new(Code::NotSignedIn, message).hint(format!(
        "`kortix-tui local` runs sessions on this machine without an account.\n  \
         `kortix login`, or `kortix-tui hosts add {name} {} --token-stdin`, signs in.",
        line(&entry.host.url)
    ))
}

/// What the files say.
struct Prepared {
    paths: Option<Paths>,
    settings: Settings,
    notices: Vec<(Level, String)>,
}

impl Prepared {
    fn read(environment: &Environment) -> Self {
        let paths = Paths::find(environment);
        let (settings, problems) = paths
            .as_ref()
            .map(|paths| Settings::load(&paths.settings))
            .unwrap_or_default();
        let mut notices = Vec::new();
        if let Some(paths) = &paths {
            let file = paths.settings.display();
            let texts = problems.iter().map(|problem| format!("{file}:{problem}"));
            notices.extend(texts.map(|text| (Level::Warning, line(&text))));
        } else {
            let text = "no home folder is known, so nothing is kept for the next run";
            notices.push((Level::Warning, text.to_owned()));
        }
        Self {
            paths,
            settings,
            notices,
        }
    }

    fn launch(
        &self,
        screen: &Screen,
        spec: HostSpec,
        environment: &Environment,
    ) -> Result<Launch, Failure> {
        let charset = charset(environment);
        let is_remote = environment.var("SSH_CONNECTION").is_some();
        let mut notices = self.notices.clone();
        let look = self.look(screen, environment, &mut notices)?;
        let places = self.paths.as_ref().map(|paths| Places {
            fleet: paths.fleet(spec.name.as_str()),
            drafts: paths.drafts(),
            reviews: paths.reviews(),
        });
        let ascii = screen.ascii || self.settings.ascii.unwrap_or(charset == Charset::Ascii);
        let animation = !screen.no_animation && self.settings.animation.unwrap_or(!is_remote);
        Ok(Launch {
            setup: Setup {
                hosts: vec![spec],
                keymap: self.settings.keymap.clone(),
                generated: self.settings.generated.clone().unwrap_or_default(),
                folders: Vec::new(),
                ascii,
                animation,
                seed: fastrand::u64(..),
            },
            hosts: Vec::new(),
            embedded: None,
            account: None,
            project: screen.project.clone(),
            look,
            charset,
            mouse: self.settings.mouse.unwrap_or(true),
            places,
            state_folder: self.paths.as_ref().map(|paths| paths.state.clone()),
            notices,
            environment: environment.clone(),
            panic_at: screen.panic_at,
        })
    }

    fn look(
        &self,
        screen: &Screen,
        environment: &Environment,
        notices: &mut Vec<(Level, String)>,
    ) -> Result<Look, Failure> {
        let depth = color_depth(screen.color, environment);
        let name = screen.theme.as_deref().or(self.settings.theme.as_deref());
        let name = name.unwrap_or("auto");
        if name == "auto" {
            let background = background(environment);
            return Ok(Look::Suited {
                first: Box::new(Theme::for_background(background, depth)),
                depth,
            });
        }
        let theme = match Theme::by_name(name) {
            Some(theme) => theme,
            None if name.ends_with(".toml") => read_theme(&self.theme_path(name), notices),
            None => {
                let known = THEMES.join(", ");
                let message = format!("there is no theme `{}`", line(name));
                return Err(Failure::new(Code::Usage, message)
                    .hint(format!("themes are {known}, or the path of a `.toml` file")));
            }
        };
        Ok(Look::Fixed(Box::new(theme.at_depth(depth))))
    }

    /// A theme file is looked for beside the settings.
    fn theme_path(&self, name: &str) -> PathBuf {
        let folder = self
            .paths
            .as_ref()
            .and_then(|paths| paths.settings.parent());
        let is_here = Path::new(name).exists();
        match folder.filter(|_| !is_here) {
            Some(folder) => folder.join(name),
            None => PathBuf::from(name),
        }
    }
}

/// Whether what is printed has colors: on a terminal that has some, or where they are asked for.
pub(super) fn wants_color(when: When, is_terminal: bool, environment: &Environment) -> bool {
    (is_terminal || is_color_forced(when, environment))
        && color_depth(when, environment) != ColorDepth::None
}

/// Whether colors are asked for whatever else says no.
fn is_color_forced(when: When, environment: &Environment) -> bool {
    let variable = environment.var("CLICOLOR_FORCE");
    when == When::Always || variable.is_some_and(|value| value != "0")
}

/// The theme for what is printed: nobody asks the terminal how bright it is.
pub(super) fn printed_theme(screen: &Screen, environment: &Environment) -> Theme {
    let depth = color_depth(screen.color, environment);
    let named = screen.theme.as_deref().and_then(Theme::by_name);
    match named {
        Some(theme) => theme.at_depth(depth),
        None => Theme::for_background(background(environment), depth),
    }
}

fn read_theme(path: &Path, notices: &mut Vec<(Level, String)>) -> Theme {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let text = format!("the theme `{}` cannot be read: {error}", path.display());
            notices.push((Level::Warning, line(&text)));
            return Theme::by_name("ansi").unwrap_or_default();
        }
    };
    let (theme, problems) = Theme::read(&text);
    let texts = problems
        .iter()
        .map(|problem| format!("{}:{problem}", path.display()));
    notices.extend(texts.map(|text| (Level::Warning, line(&text))));
    theme
}

/// Only where the locale says so is ASCII all that can be shown; none at all says nothing.
fn charset(environment: &Environment) -> Charset {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names.iter().find_map(|name| environment.var(name));
    match locale.map(str::to_ascii_lowercase) {
        Some(locale) if !locale.contains("utf-8") && !locale.contains("utf8") => Charset::Ascii,
        Some(_) | None => Charset::Unicode,
    }
}

/// How many colors the terminal has, and whether they are wanted.
fn color_depth(when: When, environment: &Environment) -> ColorDepth {
    let is_unwanted = when == When::Never || environment.var("NO_COLOR").is_some();
    if is_unwanted && !is_color_forced(when, environment) {
        return ColorDepth::None;
    }
    let term = environment.var("TERM").unwrap_or_default();
    let colors = environment.var("COLORTERM").unwrap_or_default();
    let knows_all = ["kitty", "ghostty", "alacritty", "foot", "wezterm", "direct"];
    if matches!(colors, "truecolor" | "24bit") || knows_all.iter().any(|name| term.contains(name)) {
        ColorDepth::True
    } else if term.contains("256color") {
        ColorDepth::Indexed
    } else if term == "vt100" || term == "vt220" {
        ColorDepth::None
    } else {
        ColorDepth::Ansi
    }
}

/// What `COLORFGBG` says, until the terminal itself has answered.
fn background(environment: &Environment) -> Background {
    let last = environment
        .var("COLORFGBG")
        .and_then(|value| value.rsplit(';').next())
        .and_then(|number| number.parse::<u8>().ok());
    match last {
        Some(0..=6 | 8) => Background::Dark,
        Some(7 | 9..=15) => Background::Light,
        Some(_) | None => Background::Unknown,
    }
}
