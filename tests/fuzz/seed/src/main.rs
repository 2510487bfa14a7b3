//! Fills corpora: one folder for each target below the folder that is the only argument.
//!
//! Without recordings there are a few texts of its own; with `KORTIX_TUI_SHARED` also every recorded
//! manifest, Dockerfile, schedule and hash input. What is in the folders already stays.

use std::{
    env,
    error::Error,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use serde_json::Value;

/// The recordings with the field that holds the text, and the targets that take it.
const RECORDINGS: [(&str, &str, &[&str]); 7] = [
    ("corpus-dev.jsonl", "/toml", &["manifest", "fix", "report"]),
    ("dialect.jsonl", "/toml", &["manifest", "fix", "report"]),
    ("hangs.jsonl", "/toml", &["manifest", "fix", "report"]),
    (
        "dockerfiles-dev.jsonl",
        "/dockerfile",
        &["dockerfile", "fix"],
    ),
    (
        "hashes-dev.jsonl",
        "/inputs/dockerfile",
        &["dockerfile", "values"],
    ),
    ("cron-dev.jsonl", "/expr", &["values"]),
    ("cron-dev.jsonl", "/timezone", &["values"]),
];

/// Texts that come close to much.
const OWN: [(&str, &[&str]); 6] = [
    (
        "kortix_version = 1\n[sandbox]\ndefault = 'a'\n[[sandbox.templates]]\nslug = 'a'\nimage = 'x:1'\n",
        &["manifest", "fix", "report"],
    ),
    (
        "[[triggers]]\nslug = 'a'\ntype = 'Cron'\nschedule = '* *  * * *'\nenabled = 'true',\n",
        &["manifest", "fix", "report"],
    ),
    (
        "# escape=\\\nARG A=1\nFROM ubuntu:${A:-2} AS b\nRUN <<EOF\napt-get clean\nEOF\nFROM b\nENV C=$A\\\n",
        &["dockerfile", "fix"],
    ),
    ("0 9 * * MON-FRI#2", &["values"]),
    ("ghcr.io/a/b:1.2@sha256:00", &["values"]),
    ("a = [\0[1, 2], # x\r\0]\n", &["growth"]),
];

/// Beginnings and pieces that are worth repeating, for the target that looks at growth.
const PIECES: [(&str, &str); 6] = [
    ("", "[[a.b]]\nc = 1\n"),
    ("a = ", "{b = ["),
    (
        "kortix_version = 1\n",
        "[[triggers]]\nslug = 'a'\ntype = 'cron'\ncron = '* * * *'\n",
    ),
    ("FROM a:1\n", "RUN a \\\n"),
    ("FROM a:1\nENV A=x\n", "ENV A=$A$A\n"),
    ("RUN ", "<<E "),
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os()
        .nth(1)
        .ok_or("give a folder for the corpora")?;
    let corpora = PathBuf::from(folder);
    for (text, targets) in OWN {
        keep(&corpora, targets, text.as_bytes())?;
    }
    for (head, piece) in PIECES {
        keep(
            &corpora,
            &["growth"],
            format!("{head}\0{piece}\0").as_bytes(),
        )?;
    }
    let Some(shared) = env::var_os("KORTIX_TUI_SHARED") else {
        return Ok(());
    };
    for (file, field, targets) in RECORDINGS {
        let text = fs::read_to_string(Path::new(&shared).join("manifest").join(file))?;
        for line in text.lines() {
            let case: Value = serde_json::from_str(line)?;
            if let Some(text) = case.pointer(field).and_then(Value::as_str) {
                keep(&corpora, targets, text.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Writes an input for some targets, under a name that follows from it.
fn keep(corpora: &Path, targets: &[&str], bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    for target in targets {
        let folder = corpora.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{:016x}", hasher.finish())), bytes)?;
    }
    Ok(())
}
