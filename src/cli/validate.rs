//! `validate`: what is wrong in `kortix.toml` and in the Dockerfiles that it names, without a network.
//!
//! In: files, folders, or `-` for standard input. Out: findings with their places, as text for people
//! or as one JSON object. Exit code 0 without errors, 1 with some (or with warnings under
//! `--strict`), 2 when a path cannot be read.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde::Serialize;

use crate::{
    cli::{
        Failure,
        args::{Format, Validate},
        console::{Code, print, print_json, table},
        line,
    },
    diagnostic::{Family, Finding, LineIndex, Report, Severity},
    image::{self, Scope},
    manifest::{self, Options, Source},
    text,
};

/// The manifest's name in a folder.
const MANIFEST: &str = "kortix.toml";
/// Bytes of a file that are read at most.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The findings as JSON; its fields stay as they are.
#[derive(Serialize)]
struct Whole<'a> {
    /// The control plane's verdict over all manifests.
    valid: bool,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    valid: bool,
    issues: Vec<Issue<'a>>,
}

#[derive(Serialize)]
struct Issue<'a> {
    code: &'static str,
    family: &'static str,
    severity: &'static str,
    path: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'a str>,
}

pub(super) fn run(options: &Validate, folder: &Path) -> Result<ExitCode, Failure> {
    if options.codes {
        return print(&codes());
    }
    let given = match options.paths.as_slice() {
        [] => vec![PathBuf::from(".")],
        paths => paths.to_vec(),
    };
    let mut reports = Vec::new();
    for path in &given {
        reports.extend(of_path(path, folder, options)?);
    }
    match options.format {
        Format::Text => print(&in_text(&reports))?,
        Format::Json => print_json(&as_json(&reports))?,
    };
    let has = |severity| reports.iter().any(|report| report.count(severity) > 0);
    let fails = has(Severity::Error) || options.strict && has(Severity::Warning);
    Ok(ExitCode::from(u8::from(fails)))
}

/// What is found below a path: a folder's manifest with its Dockerfiles, or one file.
fn of_path(path: &Path, folder: &Path, options: &Validate) -> Result<Vec<Report>, Failure> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(LARGEST).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(path, &error))?;
        return Ok(vec![of_manifest("<stdin>", &bytes, options).0]);
    }
    let whole = folder.join(path);
    let (file, name) = if whole.is_dir() {
        (whole.join(MANIFEST), path.join(MANIFEST))
    } else {
        (whole, path.to_owned())
    };
    let bytes = read(&file, &name)?;
    let shown = shown(&name);
    let is_manifest = name.extension().is_some_and(|ending| ending == "toml");
    if !is_manifest {
        return Ok(vec![of_dockerfile(&shown, &bytes, options)]);
    }
    let (report, dockerfiles) = of_manifest(&shown, &bytes, options);
    let mut reports = vec![report];
    let root = file.parent().unwrap_or(folder);
    let beside = name.parent().unwrap_or(Path::new(""));
    for dockerfile in dockerfiles {
        // One that is not there is for the build to say; the path was checked to lie in the folder.
        if let Ok(bytes) = fs::read(root.join(&dockerfile)) {
            let shown = self::shown(&beside.join(&dockerfile));
            reports.push(of_dockerfile(&shown, &bytes, options));
        }
    }
    Ok(reports)
}

fn read(file: &Path, name: &Path) -> Result<Vec<u8>, Failure> {
    let opened = fs::File::open(file).map_err(|error| unreadable(name, &error))?;
    let mut bytes = Vec::new();
    let read = opened.take(LARGEST).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, &error))?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot read `{}`: {error}", shown(path));
    Failure::new(Code::Usage, message)
        .hint("give a `kortix.toml`, a Dockerfile, a folder that has one, or `-`")
}

/// A path for people: without a leading `./`, nothing in it that controls a terminal.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    line(&path.display().to_string())
}

/// The report on a manifest, and the Dockerfiles that its templates name.
fn of_manifest(name: &str, bytes: &[u8], options: &Validate) -> (Report, Vec<String>) {
    let wanted = Options {
        is_local_wanted: !options.no_local,
    };
    let checked = manifest::check(bytes, wanted);
    let templates = checked.manifest.iter().flat_map(|it| &it.templates);
    let mut dockerfiles: Vec<String> = templates
        .filter_map(|template| match &template.source {
            Source::Dockerfile(path) => Some(path.value.clone()),
            Source::Image(_) | Source::Missing => None,
        })
        .collect();
    dockerfiles.sort();
    dockerfiles.dedup();
    let report = Report {
        path: name.to_owned(),
        text: checked.text,
        findings: checked.findings,
        is_valid: checked.is_valid,
    };
    (report, dockerfiles)
}

fn of_dockerfile(name: &str, bytes: &[u8], options: &Validate) -> Report {
    let scope = if options.no_local {
        Scope::Rules
    } else {
        Scope::RulesAndAdvice
    };
    let findings = image::lint(bytes, scope);
    let has_error = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    Report {
        path: name.to_owned(),
        // Credentials that were found are not shown again.
        text: image::masked(&String::from_utf8_lossy(bytes)),
        is_valid: !has_error,
        findings,
    }
}

fn as_json(reports: &[Report]) -> Whole<'_> {
    let is_verdict = |report: &&Report| report.path == "<stdin>" || report.path.ends_with(".toml");
    Whole {
        valid: reports
            .iter()
            .filter(is_verdict)
            .all(|report| report.is_valid),
        files: reports.iter().map(File::of).collect(),
    }
}

impl<'a> File<'a> {
    fn of(report: &'a Report) -> Self {
        let lines = LineIndex::new(&report.text);
        let issues = report.findings.iter().map(|finding| {
            let start = lines.position(&report.text, finding.span.start);
            let end = lines.position(&report.text, finding.span.end);
            Issue {
                code: finding.code,
                family: finding.family.name(),
                severity: finding.severity.name(),
                path: &finding.path,
                message: &finding.message,
                help: finding.help.as_deref(),
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                fix: finding.fix.as_ref().map(|fix| fix.title.as_str()),
            }
        });
        Self {
            path: &report.path,
            valid: report.is_valid,
            issues: issues.collect(),
        }
    }
}

/// The findings for people: each with its place, its line, and what to do.
fn in_text(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        let lines = LineIndex::new(&report.text);
        for finding in &report.findings {
            one(report, &lines, finding, &mut out);
        }
        let counts = [Severity::Error, Severity::Warning, Severity::Hint].map(|severity| {
            let count = report.count(severity);
            let name = severity.name();
            (count, text::count(count, name, &format!("{name}s")))
        });
        let words: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, words)| words)
            .collect();
        let words = match words.as_slice() {
            [] => "nothing to say".to_owned(),
            words => words.join(", "),
        };
        let _ = writeln!(out, "{}: {words}", report.path);
    }
    out
}

fn one(report: &Report, lines: &LineIndex, finding: &Finding, out: &mut String) {
    let place = lines.position(&report.text, finding.span.start);
    let message = line(&finding.message);
    let _ = writeln!(
        out,
        "{}[{}]: {message}",
        finding.severity.name(),
        finding.code
    );
    let _ = writeln!(
        out,
        "  --> {}:{}:{}{}",
        report.path,
        place.line,
        place.column,
        match (finding.family, finding.path.as_str()) {
            (Family::Manifest | Family::Local, path) if !path.is_empty() => {
                format!(" ({})", line(path))
            }
            _ => String::new(),
        }
    );
    source(report, lines, finding, out);
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "  help: {}", line(help));
    }
    if let Some(fix) = &finding.fix {
        let _ = writeln!(out, "  fix: {}", line(&fix.title));
    }
    out.push('\n');
}

/// Columns of a source line that are shown.
const SHOWN: usize = 100;

/// The line of a finding with carets under it.
fn source(report: &Report, lines: &LineIndex, finding: &Finding, out: &mut String) {
    let place = lines.position(&report.text, finding.span.start);
    let start = lines.start(place.line).unwrap_or(0);
    let rest = report.text.get(start..).unwrap_or_default();
    let whole = rest.lines().next().unwrap_or_default();
    let before = report
        .text
        .get(start..finding.span.start)
        .unwrap_or_default();
    let end = finding.span.end.min(start + whole.len());
    let under = report
        .text
        .get(finding.span.start..end.max(finding.span.start))
        .unwrap_or_default();
    let safe = text::sanitize_line(whole);
    let cut = text::truncate(&safe, SHOWN);
    let column = text::width(&text::sanitize_line(before));
    let width = text::width(&text::sanitize_line(under)).max(1);
    let number = place.line.to_string();
    let _ = writeln!(out, "  {number} | {cut}");
    if column < SHOWN {
        let carets = "^".repeat(width.min(SHOWN - column));
        let gap = " ".repeat(number.len() + column);
        let _ = writeln!(out, "  {gap}   {carets}");
    }
}

/// All codes with what they mean.
fn codes() -> String {
    let manifest = manifest::codes::ALL
        .iter()
        .map(|code| vec![code.name.to_owned(), code.explanation.to_owned()]);
    let image = image::codes::CODES
        .iter()
        .map(|code| vec![code.name.to_owned(), code.explanation.to_owned()]);
    let rows: Vec<Vec<String>> = manifest.chain(image).collect();
    table(&rows)
}
