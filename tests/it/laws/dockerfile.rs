//! What holds for every Dockerfile.

use kortix_tui::{
    diagnostic::Finding,
    image::{Scope, dockerfile::Dockerfile, lint as lint_bytes, masked, text as text_of},
    manifest::Options,
    validation::dockerfile,
};

use super::{Law, findings_fit, fixes_help, must};

/// Findings come out of any bytes and fit; advice adds to them and takes nothing away.
pub fn lint(bytes: &[u8]) -> Law {
    let text = text_of(bytes);
    must(text.len() == bytes.len(), || "another length".to_owned())?;
    let rules = lint_bytes(bytes, Scope::Rules);
    let all = lint_bytes(bytes, Scope::RulesAndAdvice);
    findings_fit(&text, &rules)?;
    findings_fit(&text, &all)?;
    let mut rest = all.iter();
    let lost = rules
        .iter()
        .find(|rule| !rest.any(|finding| finding == *rule));
    must(lost.is_none(), || format!("lost with advice: {lost:?}"))?;
    begin_on_first_lines(&text, &all)?;
    let report = dockerfile("Dockerfile", bytes, Options::default());
    must(
        report.text == masked(&text) && report.text.len() == text.len(),
        || format!("places moved by covering credentials in {text:?}"),
    )?;
    findings_fit(&report.text, &report.findings)
}

/// A finding about an instruction begins on the instruction's first line.
fn begin_on_first_lines(text: &str, findings: &[Finding]) -> Law {
    let file = Dockerfile::parse(text);
    for finding in findings {
        let at = finding.span.start;
        let behind = file
            .instructions
            .partition_point(|instruction| instruction.span.start <= at);
        let Some(owner) = behind
            .checked_sub(1)
            .and_then(|index| file.instructions.get(index))
        else {
            continue;
        };
        let is_inside = at < owner.span.end && at > owner.first_line_end;
        let is_comment = file.comments.iter().any(|comment| comment.contains(&at));
        must(
            !is_inside || is_comment || finding.code == "local/not-utf8",
            || format!("not on the first line of its instruction: {finding:?}"),
        )?;
    }
    Ok(())
}

/// Safe changes never yield more errors.
pub fn fixes(text: &str) -> Law {
    fixes_help(text, |text| {
        lint_bytes(text.as_bytes(), Scope::RulesAndAdvice)
    })
}
