//! Takes a shell script apart into its simple commands, as far as a lint needs it.
//!
//! Quotes, escapes, comments, redirections and separators are understood; variables, functions and
//! control flow are not: a command in a branch counts as run.

/// How deep scripts may be inside of `sh -c`.
const DEEPEST: usize = 4;

/// The shells whose argument or input is a script.
const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// Words in front of a command that leave it what it is.
const BEFORE: [&str; 18] = [
    "!", "{", "command", "do", "elif", "else", "env", "exec", "if", "ionice", "nice", "nohup",
    "sudo", "then", "time", "until", "while", "xargs",
];

/// The commands of a script, each as its words without quotes; a word in front such as `sudo`, and
/// assignments, are left out.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    collect(script, 0, &mut found);
    found
}

/// The commands of one that is given as its words.
pub(super) fn commands_of_list(words: Vec<String>) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    add(words, 0, &mut found);
    found
}

/// Whether a script reads another one from its input: it is empty or starts a shell without one.
pub(super) fn reads_script(commands: &[Vec<String>]) -> bool {
    commands.is_empty()
        || commands
            .iter()
            .any(|words| words.first().is_some_and(|name| is_shell(name)))
}

fn is_shell(name: &str) -> bool {
    SHELLS.contains(&base_name(name))
}

/// The last component of a path.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn collect(script: &str, depth: usize, found: &mut Vec<Vec<String>>) {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = script.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' | '\r' => words.extend(word.take()),
            '\n' | ';' | '&' | '|' | '(' | ')' | '`' => {
                words.extend(word.take());
                add(std::mem::take(&mut words), depth, found);
            }
            '#' if word.is_none() => while letters.next_if(|next| *next != '\n').is_some() {},
            '<' | '>' => {
                words.extend(word.take());
                skip_target(&mut letters);
            }
            '\'' => {
                let inside = letters.by_ref().take_while(|next| *next != '\'');
                word.get_or_insert_default().extend(inside);
            }
            '"' => {
                let word = word.get_or_insert_default();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    let escaped = (letter == '\\').then(|| letters.next()).flatten();
                    word.push(escaped.unwrap_or(letter));
                }
            }
            '\\' => word.get_or_insert_default().extend(letters.next()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    add(words, depth, found);
}

/// Goes behind the operator and the word of a redirection.
fn skip_target(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while letters
        .next_if(|next| matches!(next, '<' | '>' | '&' | '-'))
        .is_some()
    {}
    while letters.next_if(|next| matches!(next, ' ' | '\t')).is_some() {}
    while letters
        .next_if(|next| !next.is_whitespace() && !";&|()".contains(*next))
        .is_some()
    {}
}

fn add(words: Vec<String>, depth: usize, found: &mut Vec<Vec<String>>) {
    let start = words.iter().position(|word| !is_before(word));
    let mut words = words;
    words.drain(..start.unwrap_or(words.len()));
    let Some(name) = words.first() else { return };
    let script = is_shell(name).then(|| script_argument(&words)).flatten();
    match script {
        Some(script) if depth < DEEPEST => collect(script, depth + 1, found),
        Some(_) | None => found.push(words),
    }
}

/// Whether a word stands in front of a command.
fn is_before(word: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let assignment = word.split_once('=');
    word.starts_with('-')
        || BEFORE.contains(&base_name(word))
        || assignment.is_some_and(|(name, _)| is_name(name))
}

/// The argument of `-c`, also in `-ec`.
fn script_argument(words: &[String]) -> Option<&str> {
    let is_script = |word: &String| {
        word.strip_prefix('-')
            .is_some_and(|flags| !flags.starts_with('-') && flags.ends_with('c'))
    };
    let at = words.iter().position(is_script)?;
    words.get(at + 1).map(String::as_str)
}
