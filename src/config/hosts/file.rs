//! The hosts file itself: reading it, editing it as JSON, writing it so that no moment loses it.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

use crate::{
    config::{
        environment::Environment,
        hosts::{CLOUD, CLOUD_URL, HostEntry, Problem, Source},
    },
    model::{
        host::{Host, Token},
        id::HostName,
    },
};

/// Larger files are not hosts files.
const LARGEST: u64 = 1024 * 1024;

/// Where the file is.
pub(super) fn path(environment: &Environment) -> Option<PathBuf> {
    let given = environment
        .var("KORTIX_CONFIG_FILE")
        .or_else(|| environment.var("KORTIX_AUTH_FILE"));
    match given {
        Some(path) => Some(environment.cwd.join(path)),
        None => Some(
            environment
                .home
                .as_ref()?
                .join(".config/kortix/config.json"),
        ),
    }
}

/// Reads the file; null when there is none or when it cannot be used.
pub(super) fn read(path: &Path, problems: &mut Vec<Problem>) -> Value {
    match parse(path) {
        Ok(None) => Value::Null,
        Ok(Some(value)) => {
            problems.extend(repair_mode(path));
            value
        }
        Err(problem) => {
            problems.push(problem);
            Value::Null
        }
    }
}

/// The file's content; `None` when there is no file or nothing in it.
fn parse(path: &Path) -> Result<Option<Value>, Problem> {
    let unreadable = |reason: String| Problem::Unreadable {
        path: path.to_owned(),
        reason,
    };
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error.to_string())),
        Ok(facts) if !facts.is_file() => return Err(unreadable("it is not a file".to_owned())),
        Ok(facts) if facts.len() > LARGEST => {
            return Err(unreadable(
                "it is larger than a hosts file can be".to_owned(),
            ));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let corrupt = |line, column, reason: &str| Problem::Corrupt {
        path: path.to_owned(),
        line,
        column,
        reason: reason.to_owned(),
    };
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
        // The library's text ends in the place, which is told apart here; it quotes no content.
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        corrupt(error.line(), error.column().max(1), reason)
    })?;
    if !value.is_object() {
        return Err(corrupt(1, 1, "it should be an object"));
    }
    if value.get("hosts").is_some_and(|hosts| !hosts.is_object()) {
        let (line, column) = place_of(&bytes, b"\"hosts\"");
        return Err(corrupt(line, column, "`hosts` should be an object"));
    }
    Ok(Some(value))
}

/// The line and the column, from 1, where `needle` first stands.
fn place_of(bytes: &[u8], needle: &[u8]) -> (usize, usize) {
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle)
        .unwrap_or(0);
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    (line, at - start + 1)
}

/// Closes the file to others. A symbolic link's target is somebody else's business.
fn repair_mode(path: &Path) -> Option<Problem> {
    let facts = fs::symlink_metadata(path).ok()?;
    let mode = facts.permissions().mode() & 0o777;
    if facts.is_symlink() || mode & 0o077 == 0 {
        return None;
    }
    let path = path.to_owned();
    Some(
        match fs::set_permissions(&path, Permissions::from_mode(0o600)) {
            Ok(()) => Problem::ModeRepaired { path, mode },
            Err(_) => Problem::ModeTooWide { path, mode },
        },
    )
}

/// The hosts of the file, in the old single-host form too.
pub(super) fn entries(
    file: &Value,
    default_url: &str,
    problems: &mut Vec<Problem>,
) -> Vec<HostEntry> {
    let mut upgraded = file.clone();
    upgrade(&mut upgraded);
    let hosts = upgraded.get("hosts").and_then(Value::as_object);
    let mut entries: Vec<HostEntry> = Vec::new();
    for (name, value) in hosts.into_iter().flatten() {
        let bad = |field| Problem::BadEntry {
            name: name.chars().filter(|c| !c.is_control()).take(64).collect(),
            field,
        };
        if !super::is_name(name) {
            problems.push(bad("name"));
            continue;
        }
        let Some(token) = value.get("token").and_then(Value::as_str) else {
            problems.push(bad("token"));
            continue;
        };
        let text = |key| {
            let text = value.get(key).and_then(Value::as_str)?;
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let host = Host {
            name: current_name(name).into(),
            url: text("url").unwrap_or_else(|| default_url.to_owned()),
            token: Token::new(token),
        };
        if entries.iter().any(|known| known.host.name == host.name) {
            continue;
        }
        entries.push(HostEntry {
            host,
            source: Source::File,
            user_email: text("user_email"),
            account: text("account_id").map(Into::into),
        });
    }
    entries
}

/// The name that a host has today; earlier versions of the official CLI used others.
pub(super) fn current_name(name: &str) -> &str {
    match name {
        "default" => CLOUD,
        "dev" => "local-dev",
        other => other,
    }
}

/// Changes the file: reads it, edits it, writes it. A file that cannot be read is left alone.
pub(super) fn edit(
    environment: &Environment,
    change: impl FnOnce(&mut Value) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let path = path(environment).ok_or(Problem::NoHome)?;
    let mut content = parse(&path)?.unwrap_or_else(|| json!({}));
    upgrade(&mut content);
    change(&mut content)?;
    write(&path, &content)
}

/// Turns the old single-host form into the present one.
fn upgrade(content: &mut Value) {
    let Some(map) = content.as_object_mut() else {
        return;
    };
    if map.contains_key("hosts") || !map.get("token").is_some_and(Value::is_string) {
        return;
    }
    let mut host = Map::new();
    let keys = [
        "token",
        "user_id",
        "user_email",
        "account_id",
        "logged_in_at",
    ];
    for key in keys {
        if let Some(value) = map.remove(key) {
            host.insert(key.to_owned(), value);
        }
    }
    let url = map.remove("api_base").unwrap_or_else(|| json!(CLOUD_URL));
    host.insert("url".to_owned(), url);
    map.insert("hosts".to_owned(), json!({ CLOUD: host }));
    map.insert("active".to_owned(), json!(CLOUD));
}

/// The entry's key in the file: as it is written there, which may be an old name.
fn key_of(content: &Value, name: &HostName) -> Option<String> {
    let hosts = content.get("hosts")?.as_object()?;
    let is_it = |key: &&String| current_name(key) == name.as_str();
    let exact = hosts.keys().find(|key| key.as_str() == name.as_str());
    exact.or_else(|| hosts.keys().find(is_it)).cloned()
}

pub(super) fn has(content: &Value, name: &HostName) -> bool {
    key_of(content, name).is_some()
}

pub(super) fn insert(content: &mut Value, host: &Host) {
    let key = key_of(content, &host.name).unwrap_or_else(|| host.name.to_string());
    let Some(entry) = child(content, "hosts").and_then(|hosts| child(hosts, &key)) else {
        return;
    };
    let is_same_token = entry.get("token").and_then(Value::as_str) == Some(host.token.expose());
    entry["url"] = json!(host.url.trim());
    entry["token"] = json!(host.token.expose());
    // The official CLI expects these; who signed in is not known for a new token.
    for field in ["user_id", "user_email", "account_id"] {
        if !is_same_token || entry.get(field).is_none() {
            entry[field] = json!("");
        }
    }
    if !is_same_token || entry.get("logged_in_at").is_none() {
        entry["logged_in_at"] = json!(format!("{:.3}", jiff::Timestamp::now()));
    }
    if content.get("active").is_none() {
        content["active"] = json!(host.name);
    }
}

/// The object under a key, made when it is missing or something else.
fn child<'a>(content: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    let slot = content
        .as_object_mut()?
        .entry(key)
        .or_insert_with(|| json!({}));
    if !slot.is_object() {
        *slot = json!({});
    }
    Some(slot)
}

pub(super) fn activate(content: &mut Value, name: &HostName) {
    let key = key_of(content, name).unwrap_or_else(|| name.to_string());
    content["active"] = json!(key);
}

/// Takes an entry out; false when there was none.
pub(super) fn remove(content: &mut Value, name: &HostName) -> bool {
    let Some(key) = key_of(content, name) else {
        return false;
    };
    if let Some(hosts) = content.get_mut("hosts").and_then(Value::as_object_mut) {
        hosts.remove(&key);
    }
    let active = content.get("active").and_then(Value::as_str);
    if active == Some(key.as_str()) {
        content["active"] = json!(CLOUD);
    }
    true
}

/// Writes beside the file, then puts the new one in its place.
fn write(path: &Path, content: &Value) -> Result<(), Problem> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|facts| facts.is_symlink());
    if is_link {
        let path = path.to_owned();
        return Err(Problem::Symlink { path });
    }
    replace(path, content).map_err(|error| Problem::Unwritable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn replace(path: &Path, content: &Value) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let mut text = serde_json::to_vec_pretty(content)?;
    text.push(b'\n');
    // Made with mode 0600 whatever the umask, and removed again if anything below fails.
    let mut temporary = tempfile::Builder::new()
        .prefix(".config.json.")
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    temporary.write_all(&text)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    File::open(folder)?.sync_all()
}
