//! `hosts`: the hosts file, shared with the official CLI. Tokens are read, never printed.

use std::{
    io::{self, IsTerminal, Read},
    process::ExitCode,
};

use serde::Serialize;

use crate::{
    cli::{
        Failure,
        args::{Hosts as Arguments, HostsCommand},
        console::{Code, print, print_json, table, warn},
        line,
    },
    config::{
        environment::Environment,
        hosts::{self, Hosts, Problem, Source},
    },
    model::{
        host::{Host, Token},
        id::HostName,
    },
};

/// The longest token that makes sense.
const LONGEST: u64 = 16 * 1024;

#[derive(Serialize)]
struct Row {
    name: String,
    url: String,
    active: bool,
    signed_in: bool,
    user_email: Option<String>,
    source: &'static str,
}

pub(super) fn run(arguments: Arguments, environment: &Environment) -> Result<ExitCode, Failure> {
    match arguments
        .command
        .unwrap_or(HostsCommand::List { json: false })
    {
        HostsCommand::List { json } => list(json, environment),
        HostsCommand::Add {
            name,
            url,
            token_stdin,
        } => add(&name, &url, token_stdin, environment),
        HostsCommand::Use { name } => {
            hosts::activate(environment, &HostName::from(name.as_str())).map_err(failure)?;
            print(&format!("`{}` is the active host now\n", line(&name)))
        }
        HostsCommand::Remove { name } => {
            hosts::remove(environment, &HostName::from(name.as_str())).map_err(failure)?;
            print(&format!("removed `{}`\n", line(&name)))
        }
    }
}

/// A problem with the hosts file as a failure of the command.
pub(super) fn failure(problem: Problem) -> Failure {
    let failed = Failure::new(Code::Failed, line(&problem.to_string()));
    match problem.hint() {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}

fn list(json: bool, environment: &Environment) -> Result<ExitCode, Failure> {
    let hosts = Hosts::load(environment);
    for problem in &hosts.problems {
        warn(&line(&problem.to_string()));
    }
    let rows: Vec<Row> = hosts
        .hosts
        .iter()
        .map(|entry| Row {
            name: line(entry.host.name.as_str()),
            url: line(&entry.host.url),
            active: entry.host.name == hosts.active,
            signed_in: !entry.host.token.is_empty(),
            user_email: entry.user_email.as_deref().map(line),
            source: match entry.source {
                Source::Environment => "environment",
                Source::File => "file",
                Source::BuiltIn => "built in",
            },
        })
        .collect();
    let printed = if json {
        print_json(&rows)
    } else {
        print(&in_columns(&rows))
    }?;
    let is_damaged = hosts.problems.iter().any(|problem| {
        matches!(
            problem,
            Problem::Corrupt { .. } | Problem::Unreadable { .. }
        )
    });
    Ok(if is_damaged {
        ExitCode::from(1)
    } else {
        printed
    })
}

fn in_columns(rows: &[Row]) -> String {
    let mut cells = vec![
        ["", "NAME", "ADDRESS", "SIGNED IN"]
            .map(str::to_owned)
            .to_vec(),
    ];
    cells.extend(rows.iter().map(|row| {
        let who = match (&row.user_email, row.signed_in) {
            (Some(email), true) => email.clone(),
            (None, true) => "yes".to_owned(),
            (_, false) => "no".to_owned(),
        };
        let mark = if row.active { "*" } else { "" };
        vec![mark.to_owned(), row.name.clone(), row.url.clone(), who]
    }));
    table(&cells)
}

fn add(
    name: &str,
    url: &str,
    token_stdin: bool,
    environment: &Environment,
) -> Result<ExitCode, Failure> {
    let token = match environment.var("KORTIX_TUI_TOKEN") {
        Some(token) if !token_stdin => Token::new(token),
        Some(_) | None => read_token(token_stdin)?,
    };
    let host = Host {
        name: HostName::from(name),
        url: url.to_owned(),
        token,
    };
    hosts::add(environment, &host).map_err(failure)?;
    let sign_in = if host.token.is_empty() {
        "; no token was given, so nobody is signed in"
    } else {
        ""
    };
    print(&format!("added `{}`{sign_in}\n", line(name)))
}

fn read_token(is_asked_for: bool) -> Result<Token, Failure> {
    let stdin = io::stdin();
    if !is_asked_for && stdin.is_terminal() {
        return Ok(Token::default());
    }
    let mut text = String::new();
    stdin
        .lock()
        .take(LONGEST)
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(Code::Failed, format!("cannot read the token: {error}")))?;
    let token = text.lines().next().unwrap_or_default().trim();
    if token.chars().any(|c| c.is_whitespace() || c.is_control()) || !token.is_ascii() {
        return Err(Failure::new(
            Code::Usage,
            "what came on standard input is not a token",
        ));
    }
    Ok(Token::new(token))
}
