//! Small programs with known behavior, so that a failed journey can be blamed on the program.

use std::io::Result;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Answers, Launch, Life, Terminal};
use crate::home::Home;

fn shell(script: &str, home: &Home) -> Result<Terminal> {
    Launch::program("sh").arg("-c").arg(script).start(home)
}

#[test]
fn typed_text_comes_back_from_cat_and_its_end_is_seen() -> Result<()> {
    let home = Home::new()?;
    let terminal = Launch::program("cat").size(40, 5).start(&home)?;
    terminal.keys("hello <lt>you> é<enter>")?;
    terminal.wait_for("the line twice", |screen| {
        screen.contents().matches("hello <you> é").count() == 2
    });
    terminal.keys("<ctrl-d>")?;
    assert_eq!(terminal.wait_exit(), Life::Exited(0));
    assert!(terminal.log().starts_with(b"hello"));
    assert!(terminal.reads() >= 1);
    Ok(())
}

#[test]
fn asking_our_program_for_its_version_leaves_the_terminal_alone() -> Result<()> {
    let home = Home::new()?;
    let terminal = Launch::ours().arg("--version").start(&home)?;
    assert_eq!(terminal.wait_exit(), Life::Exited(0));
    assert!(terminal.left_on().is_empty());
    assert_eq!(
        &terminal.line_settings()?,
        terminal.line_settings_at_start()
    );
    Ok(())
}

#[test]
fn a_program_gets_a_clean_environment_and_a_size() -> Result<()> {
    let home = Home::new()?;
    let terminal = Launch::program("sh")
        .arg("-c")
        .arg("stty size; echo \"$HOME|$TERM|$CARGO_MANIFEST_DIR|$EXTRA\"; pwd")
        .env("EXTRA", "more")
        .folder(&std::env::temp_dir())
        .size(100, 7)
        .start(&home)?;
    terminal.wait_exit();
    let lines: Vec<String> = terminal.screen().rows(0, 100).collect();
    let home_line = format!("{}|xterm-256color||more", home.path().display());
    assert_eq!(lines[..2], ["7 100".to_owned(), home_line]);
    assert_eq!(lines[2], std::env::temp_dir().display().to_string());
    Ok(())
}

#[test]
fn exit_codes_and_signals_are_told_apart() -> Result<()> {
    let home = Home::new()?;
    assert_eq!(shell("exit 3", &home)?.wait_exit(), Life::Exited(3));
    let sleeper = shell("echo ready; exec cat", &home)?;
    sleeper.wait_for_text("ready");
    sleeper.signal(Signal::TERM)?;
    assert_eq!(sleeper.wait_exit(), Life::Killed(Signal::TERM.as_raw()));
    Ok(())
}

#[test]
fn a_line_left_raw_is_noticed_and_a_restored_one_is_not() -> Result<()> {
    let home = Home::new()?;
    let careless = shell("stty raw -echo", &home)?;
    careless.wait_exit();
    assert_ne!(
        &careless.line_settings()?,
        careless.line_settings_at_start()
    );
    let careful = shell("old=$(stty -g); stty raw -echo; stty \"$old\"", &home)?;
    careful.wait_exit();
    assert_eq!(&careful.line_settings()?, careful.line_settings_at_start());
    Ok(())
}

#[test]
fn modes_left_on_are_named() -> Result<()> {
    let home = Home::new()?;
    let careless = shell("printf '\\033[?1049h\\033[?25l\\033[31m'", &home)?;
    careless.wait_exit();
    assert_eq!(
        careless.left_on(),
        ["hidden cursor", "alternate screen", "text attributes"]
    );
    let careful = shell(
        "printf '\\033[?1049h\\033[?25l\\033[31m\\033[m\\033[?25h\\033[?1049l'",
        &home,
    )?;
    careful.wait_exit();
    assert!(careful.left_on().is_empty());
    Ok(())
}

#[test]
fn titles_and_clipboard_writes_are_recorded() -> Result<()> {
    let home = Home::new()?;
    let terminal = shell("printf '\\033]2;mine\\007\\033]52;c;aGk=\\007'", &home)?;
    terminal.wait_exit();
    assert_eq!(terminal.titles(), ["mine"]);
    assert_eq!(terminal.clipboard(), ["aGk="]);
    Ok(())
}

#[test]
fn a_resize_reaches_the_program() -> Result<()> {
    let home = Home::new()?;
    let script = "trap 'stty size' WINCH; echo ready; while :; do read -r line; done";
    let terminal = shell(script, &home)?;
    terminal.wait_for_text("ready");
    terminal.resize(33, 11)?;
    terminal.wait_for_text("11 33");
    Ok(())
}

#[test]
fn a_paste_is_bracketed_for_programs_that_want_it() -> Result<()> {
    let home = Home::new()?;
    let script = "stty -echo; printf '\\033[?2004hready'; cat -v";
    let terminal = shell(script, &home)?;
    terminal.wait_for_text("ready");
    terminal.paste("two words\n")?;
    terminal.keys("<enter>")?;
    terminal.wait_for_text("^[[200~two words");
    terminal.wait_for_text("^[[201~");
    Ok(())
}

#[test]
fn a_closed_terminal_ends_programs_that_live_in_it() -> Result<()> {
    let home = Home::new()?;
    let mut terminal = shell("echo ready; exec cat", &home)?;
    terminal.wait_for_text("ready");
    terminal.hang_up();
    assert_eq!(terminal.wait_exit(), Life::Killed(Signal::HUP.as_raw()));
    Ok(())
}

#[test]
fn output_that_is_held_blocks_the_writer_until_it_is_released() -> Result<()> {
    let home = Home::new()?;
    let script = "echo ready; read -r _; seq 1 50000; echo finished";
    let terminal = shell(script, &home)?;
    terminal.wait_for_text("ready");
    terminal.hold_output();
    terminal.keys("<enter>")?;
    let leaked = terminal.bytes_written_during(Duration::from_millis(200));
    assert!(leaked < 100_000, "{leaked} bytes came through");
    terminal.release_output();
    terminal.wait_for_text("finished");
    assert!(terminal.log().len() > 200_000);
    Ok(())
}

#[test]
fn questions_to_the_terminal_are_answered_as_told() -> Result<()> {
    let home = Home::new()?;
    let script = "stty -icanon -echo; printf 'asked \\033]11;?\\033\\\\\\033[c'; \
                  answer=; until [ \"${answer%c}\" != \"$answer\" ]; do \
                  answer=$answer$(dd bs=1 count=1 2>/dev/null); done; printf %s \"$answer\" | cat -v";
    let ask = |answers| {
        Launch::program("sh")
            .arg("-c")
            .arg(script)
            .answers(answers)
            .start(&home)
    };
    ask(Answers::Dark)?.wait_for_text("^[]11;rgb:1010/1414/1818^[\\^[[?62;22c");
    ask(Answers::Light)?.wait_for_text("fafa/fafa/fafa");
    let silent = ask(Answers::Silent)?;
    silent.wait_for_text("asked");
    silent.send(b"c")?;
    assert_eq!(silent.wait_exit(), Life::Exited(0));
    assert_eq!(silent.screen().contents().trim(), "asked c");
    Ok(())
}

#[test]
fn a_program_can_be_stopped_and_continued() -> Result<()> {
    let home = Home::new()?;
    let terminal = shell("echo ready; exec cat", &home)?;
    terminal.wait_for_text("ready");
    terminal.signal(Signal::STOP)?;
    terminal.wait_for_life(Life::Stopped);
    terminal.signal(Signal::CONT)?;
    terminal.wait_for_life(Life::Running);
    Ok(())
}

#[test]
fn a_job_of_a_shell_is_stopped_by_a_key_and_brought_back() -> Result<()> {
    let home = Home::new()?;
    let terminal = Launch::program("sh")
        .arg("-c")
        .arg("echo ready; read -r line; echo \"got $line\"; exit 4")
        .under_job_control()
        .start(&home)?;
    terminal.wait_for_text("ready");
    terminal.keys("<ctrl-z>")?;
    terminal.wait_for_text("[stopped]");
    terminal.keys("<enter>again<enter>")?;
    terminal.wait_for_text("got again");
    assert_eq!(terminal.wait_exit(), Life::Exited(4));
    Ok(())
}

#[test]
#[should_panic(expected = "waited 50ms for the impossible; the program is Running")]
#[expect(
    clippy::unwrap_used,
    reason = "`should_panic` needs a test without a result"
)]
fn a_wait_in_vain_ends_and_shows_the_screen() {
    let home = Home::new().unwrap();
    let terminal = Launch::program("cat").start(&home).unwrap();
    let start = Instant::now();
    terminal.wait_for_within("the impossible", Duration::from_millis(50), |_| {
        assert!(start.elapsed() < Duration::from_secs(5));
        false
    });
}
