//! The real binary in a real terminal: what a person does, and every way out.

use std::{
    fs,
    io::{Error, Result},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    home::Home,
    terminal::{Launch, Life, Terminal},
};

/// The key that sends a form.
const F2: &[u8] = b"\x1bOQ";

/// A git repository with one commit in a home.
pub fn repository(home: &Home) -> Result<PathBuf> {
    let folder = home.path().join("garden shed");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("README.md"), "# Garden\n\nTools in a shed.\n")?;
    fs::write(folder.join("notes.txt"), "rake\nspade\n")?;
    git(home, &folder, &["init", "--quiet", "--initial-branch=main"])?;
    git(home, &folder, &["add", "--all"])?;
    git(home, &folder, &["commit", "--quiet", "--message", "Begin"])?;
    Ok(folder)
}

pub fn git(home: &Home, folder: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(home.environment())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::other("git failed"))
    }
}

/// `local` with the practice agent at a pace for tests.
fn local(home: &Home) -> Result<Launch> {
    let folder = repository(home)?;
    Ok(Launch::ours()
        .arg("local")
        .arg("--agent")
        .arg("practice")
        .arg("--speed")
        .arg("50")
        .folder(&folder)
        .size(100, 30))
}

fn empty_board(home: &Home) -> Result<Terminal> {
    let terminal = local(home)?.start(home)?;
    terminal.wait_for_text("n starts the first one");
    Ok(terminal)
}

#[track_caller]
fn is_as_before(terminal: &Terminal) {
    assert_eq!(terminal.left_on(), Vec::<String>::new());
    assert_eq!(
        &terminal.line_settings().unwrap(),
        terminal.line_settings_at_start()
    );
}

/// Stops the session under the cursor. A key that meets a change under the cursor does nothing on
/// purpose, so it is pressed until the question is there.
fn stop_the_selected(terminal: &Terminal) -> Result<()> {
    let shows = |text: &str| terminal.screen().contents().contains(text);
    for _ in 0..20 {
        if shows("The sandbox goes") {
            break;
        }
        terminal.keys("s")?;
        terminal.bytes_written_during(Duration::from_millis(400));
    }
    terminal.wait_for("what a stop would lose", |screen| {
        let text = screen.contents();
        text.contains("The sandbox goes") && !text.contains("Asking the agent")
    });
    terminal.keys("y")
}

#[test]
fn a_session_is_started_watched_answered_and_stopped() -> Result<()> {
    let home = Home::new()?;
    let terminal = empty_board(&home)?;
    terminal.keys("n")?;
    terminal.wait_for_text("New session");
    terminal.keys("/tests")?;
    terminal.wait_for_text("/tests");
    terminal.send(F2)?;
    terminal.wait_for_text("running");
    terminal.keys("<enter>")?;
    terminal.wait_for_text("› garden shed /");
    terminal.wait_for_text("permission: bash");
    // The request takes the focus by itself, and answers a moment later, so that no key that was
    // meant for something else is taken for an answer.
    terminal.wait_for_text("y once");
    terminal.bytes_written_during(Duration::from_millis(600));
    terminal.keys("y")?;
    terminal.wait_for("the request to be answered", |screen| {
        !screen.contents().contains("git grep -c")
            || !screen.contents().contains("permission: bash")
    });
    terminal.wait_for_text("How are the tests run here?");
    terminal.wait_for_text("space chooses");
    terminal.bytes_written_during(Duration::from_millis(600));
    terminal.keys(" ")?;
    terminal.keys("<enter>")?;
    terminal.wait_for_text("esc later");
    terminal.keys("q")?;
    terminal.wait_for_text("in all");
    stop_the_selected(&terminal)?;
    terminal.wait_for_text("stopped");
    terminal.keys("q")?;
    assert_eq!(terminal.wait_exit(), Life::Exited(0));
    is_as_before(&terminal);
    Ok(())
}

/// Allows what is asked for until a text is on the screen. A key that comes before the card has
/// settled does nothing on purpose, so it is pressed again.
fn allow_until(terminal: &Terminal, text: &str) -> Result<()> {
    for _ in 0..60 {
        let screen = terminal.screen().contents();
        if screen.contains(text) {
            return Ok(());
        }
        if screen.contains("y once") {
            terminal.keys("y")?;
        }
        terminal.bytes_written_during(Duration::from_millis(600));
    }
    terminal.wait_for_text(text);
    Ok(())
}

/// What git prints, without the last line end.
fn git_says(home: &Home, folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(home.environment())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}

#[test]
fn a_change_request_is_reviewed_commented_and_merged_into_the_repository() -> Result<()> {
    let home = Home::new()?;
    let terminal = empty_board(&home)?;
    let folder = home.path().join("garden shed");
    terminal.keys("n")?;
    terminal.wait_for_text("New session");
    terminal.keys("/tour")?;
    terminal.wait_for_text("/tour");
    terminal.send(F2)?;
    terminal.wait_for_text("running");
    terminal.keys("<enter>")?;
    terminal.wait_for_text("Write TOUR.md");
    terminal.wait_for_text("space chooses");
    terminal.bytes_written_during(Duration::from_millis(600));
    terminal.keys(" ")?;
    terminal.keys("<enter>")?;
    terminal.wait_for_text("permission: edit");
    allow_until(&terminal, "change request #1 has it")?;

    terminal.keys("<esc>")?;
    terminal.wait_for_text("i compose");
    terminal.keys("d")?;
    terminal.wait_for_text("0 of 1 file reviewed");
    terminal.wait_for_text("+ # A tour of this repository");
    terminal.keys("jjc")?;
    terminal.wait_for_text("enter saves");
    terminal.keys("A fine title.")?;
    terminal.keys("<enter>")?;
    terminal.wait_for_text("1 draft");
    terminal.keys("m")?;
    terminal.wait_for_text("moves forward");
    assert_eq!(
        git_says(&home, &folder, &["log", "-1", "--format=%s", "main"])?,
        "Begin"
    );
    terminal.keys("<enter>")?;
    terminal.wait_for_text("is merged into");

    let subject = git_says(&home, &folder, &["log", "-1", "--format=%s", "main"])?;
    assert_eq!(subject, "Describe the repository in TOUR.md");
    assert_eq!(git_says(&home, &folder, &["status", "--porcelain"])?, "");
    assert!(fs::read_to_string(folder.join("TOUR.md"))?.starts_with("# A tour"));

    terminal.keys("<esc>")?;
    terminal.wait_for_text("i compose");
    terminal.keys("2")?;
    terminal.wait_for_text("merged 1");
    terminal.signal(Signal::TERM)?;
    assert_eq!(terminal.wait_exit(), Life::Exited(143));
    is_as_before(&terminal);
    Ok(())
}

#[test]
fn leaving_gives_the_terminal_back() -> Result<()> {
    let home = Home::new()?;
    let terminal = empty_board(&home)?;
    terminal.keys("q")?;
    assert_eq!(terminal.wait_exit(), Life::Exited(0));
    is_as_before(&terminal);
    Ok(())
}

#[test]
fn every_signal_that_ends_the_program_gives_the_terminal_back() -> Result<()> {
    for (signal, code) in [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
    ] {
        let home = Home::new()?;
        let terminal = empty_board(&home)?;
        terminal.signal(signal)?;
        assert_eq!(terminal.wait_exit(), Life::Exited(code), "{signal:?}");
        is_as_before(&terminal);
    }
    Ok(())
}

#[test]
fn a_panic_gives_the_terminal_back_and_then_reports() -> Result<()> {
    let home = Home::new()?;
    let terminal = local(&home)?.arg("--panic-at").arg("ui").start(&home)?;
    assert_eq!(terminal.wait_exit(), Life::Exited(101));
    is_as_before(&terminal);
    let screen = terminal.screen().contents();
    assert!(screen.contains("asked to fail in the loop"), "{screen}");
    let report = home.path().join(".local/state/kortix-tui/crash.txt");
    let text = fs::read_to_string(report)?;
    assert!(text.contains("asked to fail in the loop"), "{text}");
    Ok(())
}

#[test]
fn a_task_that_panics_costs_only_itself() -> Result<()> {
    let home = Home::new()?;
    let terminal = local(&home)?.arg("--panic-at").arg("worker").start(&home)?;
    terminal.wait_for_text("an internal task failed");
    terminal.wait_for_text("n starts the first one");
    terminal.keys("q")?;
    assert_eq!(terminal.wait_exit(), Life::Exited(0));
    is_as_before(&terminal);
    Ok(())
}

#[test]
fn a_closed_terminal_ends_the_program() -> Result<()> {
    let home = Home::new()?;
    let mut terminal = empty_board(&home)?;
    terminal.hang_up();
    assert_eq!(terminal.wait_exit(), Life::Exited(129));
    Ok(())
}

#[test]
fn a_terminal_that_stops_reading_does_not_keep_the_program_from_ending() -> Result<()> {
    let home = Home::new()?;
    let terminal = empty_board(&home)?;
    terminal.hold_output();
    // Enough whole frames, at the pace of frames, to fill what lies before the terminal.
    terminal.keys("?")?;
    for _ in 0..60 {
        terminal.keys("<ctrl-l>")?;
        terminal.bytes_written_during(Duration::from_millis(20));
    }
    let start = Instant::now();
    terminal.signal(Signal::TERM)?;
    terminal.wait_for_life(Life::Exited(143));
    assert!(start.elapsed() < Duration::from_secs(2));
    Ok(())
}

#[test]
fn suspending_gives_the_terminal_away_and_takes_it_back() -> Result<()> {
    let home = Home::new()?;
    let terminal = local(&home)?.under_job_control().start(&home)?;
    terminal.wait_for_text("n starts the first one");
    for round in 0..2 {
        terminal.keys("<ctrl-z>")?;
        terminal.wait_for_text("[stopped]");
        assert_eq!(terminal.left_on(), Vec::<String>::new(), "round {round}");
        terminal.send(b"\n")?;
        terminal.wait_for_text("n starts the first one");
        terminal.keys("?")?;
        terminal.wait_for_text("searches");
        terminal.keys("<esc>")?;
        terminal.wait_for("the help to be gone", |screen| {
            !screen.contents().contains("searches")
        });
    }
    terminal.keys("q")?;
    assert_eq!(terminal.wait_exit(), Life::Exited(0));
    assert_eq!(terminal.left_on(), Vec::<String>::new());
    Ok(())
}

#[test]
fn a_terminal_of_one_cell_is_survived() -> Result<()> {
    let home = Home::new()?;
    let terminal = local(&home)?.size(1, 1).start(&home)?;
    terminal.wait_for("a first frame", |_| true);
    terminal.resize(100, 30)?;
    terminal.wait_for_text("n starts the first one");
    terminal.resize(1, 1)?;
    terminal.resize(100, 30)?;
    terminal.keys("?")?;
    terminal.wait_for_text("searches");
    terminal.signal(Signal::TERM)?;
    assert_eq!(terminal.wait_exit(), Life::Exited(143));
    Ok(())
}

#[test]
fn nothing_is_written_while_nothing_happens() -> Result<()> {
    let home = Home::new()?;
    let terminal = empty_board(&home)?;
    // What the first answers of the server bring is over after this.
    terminal.bytes_written_during(Duration::from_millis(1_500));
    assert_eq!(terminal.bytes_written_during(Duration::from_secs(2)), 0);
    Ok(())
}

#[test]
fn what_was_typed_is_there_after_a_signal() -> Result<()> {
    let home = Home::new()?;
    let terminal = empty_board(&home)?;
    terminal.keys("n")?;
    terminal.wait_for_text("New session");
    terminal.keys("water the roses")?;
    terminal.wait_for_text("water the roses");
    terminal.signal(Signal::TERM)?;
    assert_eq!(terminal.wait_exit(), Life::Exited(143));
    let terminal = local_again(&home)?.start(&home)?;
    terminal.wait_for_text("n starts the first one");
    terminal.keys("n")?;
    terminal.wait_for_text("water the roses");
    Ok(())
}

fn local_again(home: &Home) -> Result<Launch> {
    Ok(Launch::ours()
        .arg("local")
        .arg("--agent")
        .arg("practice")
        .folder(&home.path().join("garden shed"))
        .size(100, 30))
}

#[test]
fn an_editor_gets_the_terminal_and_its_text_comes_back() -> Result<()> {
    let home = Home::new()?;
    let terminal = local(&home)?
        .env("EDITOR", "printf '%s' 'prune the hedge' >")
        .start(&home)?;
    terminal.wait_for_text("n starts the first one");
    terminal.keys("n")?;
    terminal.wait_for_text("New session");
    terminal.keys("<ctrl-x>")?;
    terminal.wait_for_text("prune the hedge");
    terminal.signal(Signal::TERM)?;
    assert_eq!(terminal.wait_exit(), Life::Exited(143));
    is_as_before(&terminal);
    Ok(())
}

#[test]
fn an_editor_that_cannot_be_started_is_named() -> Result<()> {
    let home = Home::new()?;
    let terminal = local(&home)?.env("EDITOR", "no-such-editor").start(&home)?;
    terminal.wait_for_text("n starts the first one");
    terminal.keys("n")?;
    terminal.wait_for_text("New session");
    terminal.keys("<ctrl-x>")?;
    terminal.wait_for_text("no-such-editor");
    Ok(())
}

#[test]
fn answers_of_the_terminal_that_come_late_are_never_typed() -> Result<()> {
    let home = Home::new()?;
    let terminal = empty_board(&home)?;
    terminal.keys("n")?;
    terminal.wait_for_text("New session");
    terminal.send(b"ab\x1b]11;rgb:ffff/ff")?;
    terminal.send(b"ff/ffff\x1b\\\x1b[?62;22c\x1b[?0u\x1b[0ncd")?;
    terminal.wait_for_text("abcd");
    Ok(())
}
