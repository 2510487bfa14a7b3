//! Settings: text in, settings and every problem out.

use kortix_tui::{
    action::Action,
    config::settings::{ProblemKind, Settings},
};

fn problems(text: &str) -> Vec<String> {
    let (_, problems) = Settings::read(text);
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn an_empty_file_sets_nothing() {
    assert_eq!(Settings::read(""), (Settings::default(), Vec::new()));
}

#[test]
fn what_is_set_is_read() {
    let (settings, problems) = Settings::read(
        "theme = \"light\"\nascii = true\nanimation = false\nmouse = false\n\
         [local]\nagent = \"practice\"\nmax_sessions = 3\nidle_stop_minutes = 0\n\
         [keys]\nnew-session = [\"n\", \"ctrl-n\"]\n",
    );
    assert_eq!(problems, Vec::new());
    assert_eq!(settings.theme.as_deref(), Some("light"));
    assert_eq!((settings.ascii, settings.mouse), (Some(true), Some(false)));
    assert_eq!(settings.local.max_sessions, Some(3));
    assert_eq!(settings.local.idle_stop_minutes, Some(0));
    let keys = settings.keymap.keys_of(Action::NewSession);
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    assert_eq!(keys, ["n", "ctrl-n"]);
}

#[test]
fn a_bad_value_costs_only_itself_and_the_nearest_word_is_offered() {
    let text = "theme = \"drak\"\nmouze = true\nascii = 3\nanimation = false\n";
    let (settings, _) = Settings::read(text);
    assert_eq!(settings.animation, Some(false));
    assert_eq!(settings.theme, None);
    assert_eq!(
        problems(text),
        [
            "1:9: `drak` is not a theme; did you mean `dark`?",
            "2:1: `mouze` is not a setting; did you mean `mouse`?",
            "3:9: `ascii` wants `true` or `false`",
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_keeps_what_can_be_read() {
    let (settings, problems) = Settings::read("mouse = false\ntheme = \nascii = true\n");
    assert_eq!(settings.mouse, Some(false));
    assert!(matches!(problems[0].kind, ProblemKind::Syntax(_)));
    assert_eq!(problems[0].line, 2);
}

#[test]
fn two_actions_that_want_the_same_keys_are_both_named() {
    let text = "[keys]\nrename = \"s\"\n";
    assert_eq!(
        problems(text),
        ["2:10: `s` is wanted by `rename` but `stop` has it"]
    );
}

#[test]
fn two_actions_can_swap_their_keys() {
    let (settings, problems) = Settings::read("[keys]\nrename = \"s\"\nstop = \"e\"\n");
    assert_eq!(problems, Vec::new());
    let keys = |action| settings.keymap.keys_of(action)[0].to_string();
    assert_eq!(keys(Action::Rename), "s");
    assert_eq!(keys(Action::Stop), "e");
}

#[test]
fn a_key_that_cannot_be_read_leaves_the_default() {
    let (settings, problems) = Settings::read("[keys]\nrename = \"hyper-x\"\n");
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].to_string(),
        "2:10: `hyper-x` is not the name of a key"
    );
    let keys = settings.keymap.keys_of(Action::Rename);
    assert_eq!(keys[0].to_string(), "e");
}

#[test]
fn words_from_the_file_cannot_steer_a_terminal() {
    let text = "\"a\\u001b[31mb\" = 1\n";
    assert!(!problems(text)[0].contains('\u{1b}'));
}
