//! Every code a finding of the manifest may carry, with its explanation.
//!
//! Codes are stable: scripts filter by them. `manifest/…` is the control plane's verdict,
//! `local/…` is ours alone.

use crate::diagnostic::{Family, Severity};

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable name.
    pub name: &'static str,
    /// Whose finding it is.
    pub family: Family,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it matters and what to do, in a few sentences.
    pub explanation: &'static str,
}

const fn error(name: &'static str, title: &'static str, explanation: &'static str) -> Code {
    Code {
        name,
        family: Family::Manifest,
        severity: Severity::Error,
        title,
        explanation,
    }
}

const fn warning(name: &'static str, title: &'static str, explanation: &'static str) -> Code {
    Code {
        severity: Severity::Warning,
        ..error(name, title, explanation)
    }
}

/// A warning of the family `local`.
pub(crate) const fn local(
    name: &'static str,
    title: &'static str,
    explanation: &'static str,
) -> Code {
    Code {
        family: Family::Local,
        severity: Severity::Warning,
        ..error(name, title, explanation)
    }
}

/// A hint of the family `local`.
pub(crate) const fn hint(
    name: &'static str,
    title: &'static str,
    explanation: &'static str,
) -> Code {
    Code {
        severity: Severity::Hint,
        ..local(name, title, explanation)
    }
}

/// The text is not TOML.
pub const SYNTAX: Code = error(
    "manifest/syntax",
    "not valid TOML",
    "The control plane reads nothing of a file that does not parse. Findings about the rest are listed as `local/beyond-syntax`.",
);
/// TOML, but not to the control plane's parser.
pub const DIALECT: Code = error(
    "manifest/dialect",
    "TOML that the control plane refuses",
    "The control plane's parser is stricter than TOML in a few places: integers beyond 2^53 - 1, the second 60, line ends around `=` in inline tables, dotted keys into tables that a deeper header made.",
);
/// Not TOML, though the control plane's parser takes it.
pub const LET_PASS: Code = error(
    "manifest/let-pass",
    "not valid TOML, though the control plane of 2026 lets it pass",
    "A bug of the control plane's parser accepts it; newer releases refuse it. It is refused here, so that the file does not break with the next upgrade.",
);
/// The control plane's parser never ends.
pub const ENDLESS: Code = error(
    "manifest/endless",
    "the control plane's parser never ends on this",
    "An array or inline table that is never closed, whose last value is followed by a comment at the very end of the file, sends the control plane of 2026 into an endless loop.",
);
/// The file begins with a byte order mark.
pub const BYTE_ORDER_MARK: Code = error(
    "manifest/byte-order-mark",
    "begins with a byte order mark",
    "The control plane keeps the mark and then refuses it as a key. Save the file as UTF-8 without it.",
);
/// `kortix_version` is missing.
pub const VERSION_MISSING: Code = error(
    "manifest/version-missing",
    "`kortix_version` is missing",
    "Every manifest says which schema it is written in: `kortix_version = 1` before the first table.",
);
/// `kortix_version` is no positive integer.
pub const VERSION_INVALID: Code = error(
    "manifest/version-invalid",
    "`kortix_version` is no positive integer",
    "It is a number, not a string. `1.0` counts as 1.",
);
/// `kortix_version` is beyond 1.
pub const VERSION_UNSUPPORTED: Code = error(
    "manifest/version-unsupported",
    "a schema that is newer than the control plane",
    "A `kortix.toml` is always of version 1; version 2 is a `kortix.yaml`.",
);
/// A table belongs here.
pub const EXPECTED_TABLE: Code = error(
    "manifest/expected-table",
    "a table belongs here",
    "The section holds keys, so it is written as `[name]`. A date or time also passes for a table.",
);
/// An array belongs here.
pub const EXPECTED_ARRAY: Code = error(
    "manifest/expected-array",
    "an array belongs here",
    "Sections that repeat are arrays of tables, each written below its own `[[name]]`; lists of words are `[\"a\", \"b\"]`.",
);
/// A string belongs here.
pub const EXPECTED_STRING: Code = error(
    "manifest/expected-string",
    "a string belongs here",
    "Numbers, truth values and dates are not turned into text.",
);
/// A boolean belongs here.
pub const EXPECTED_BOOLEAN: Code = error(
    "manifest/expected-boolean",
    "`true` or `false` belongs here",
    "Strings such as \"true\" and numbers are not turned into truth values.",
);
/// The name of a variable is malformed.
pub const ENV_NAME: Code = error(
    "manifest/env-name",
    "not the name of an environment variable",
    "Capital letters, digits and `_`, not beginning with a digit. In `[env]` lower case is raised, in `secret_env` it is an error.",
);
/// A key of `[env]` is unknown.
pub const ENV_KEY: Code = warning(
    "manifest/env-key",
    "an unknown key in `[env]`",
    "`[env]` declares names only, in `required` and `optional`. Values are set in the control plane.",
);
/// A path is empty.
pub const PATH_EMPTY: Code = error(
    "manifest/path-empty",
    "the path is empty",
    "Paths are relative to the root of the repository.",
);
/// A path is absolute.
pub const PATH_ABSOLUTE: Code = error(
    "manifest/path-absolute",
    "the path is absolute",
    "Paths are relative to the root of the repository and do not begin with `/`.",
);
/// A path leads out of the repository.
pub const PATH_ESCAPES: Code = error(
    "manifest/path-escapes",
    "the path has a `..` part",
    "Paths stay inside the repository; no part of one is `..`, even where the whole would.",
);
/// The old singular sandbox.
pub const SANDBOX_LEGACY: Code = error(
    "manifest/sandbox-legacy",
    "an image described in `[sandbox]` itself",
    "Images are templates now: move the keys below a `[[sandbox.templates]]` header and give it a `slug`.",
);
/// The old plural sandboxes.
pub const SANDBOXES_RENAMED: Code = error(
    "manifest/sandboxes-renamed",
    "`sandboxes` has another name",
    "`[[sandboxes]]` is `[[sandbox.templates]]` now; the keys are the same.",
);
/// A slug or name is missing.
pub const SLUG_MISSING: Code = error(
    "manifest/slug-missing",
    "the slug is missing",
    "Each entry of the section is known by its `slug` (agents: by their `name`), a string that is not blank.",
);
/// A slug or name is malformed.
pub const SLUG_INVALID: Code = error(
    "manifest/slug-invalid",
    "the slug is malformed",
    "1 to 128 lower-case letters, digits, `-` and `_`, beginning with a letter or digit.",
);
/// A slug that is taken by the platform.
pub const SLUG_RESERVED: Code = error(
    "manifest/slug-reserved",
    "the slug `default` is reserved",
    "`default` names the platform's own image.",
);
/// A slug, name or platform comes twice.
pub const DUPLICATE: Code = error(
    "manifest/duplicate",
    "used before in this section",
    "Slugs, names of agents and platforms of channels are unique in their section.",
);
/// A template with both sources.
pub const SOURCE_BOTH: Code = error(
    "manifest/source-both",
    "both `image` and `dockerfile`",
    "A template is either pulled or built.",
);
/// A template without a source.
pub const SOURCE_MISSING: Code = error(
    "manifest/source-missing",
    "neither `image` nor `dockerfile`",
    "A template is made from an image or a Dockerfile; one of them must be a string that is not blank.",
);
/// An image by `latest`.
pub const IMAGE_LATEST: Code = warning(
    "manifest/image-latest",
    "the image is not pinned",
    "`:latest` is another image tomorrow, so that sandboxes change without a commit.",
);
/// An image without a tag.
pub const IMAGE_UNTAGGED: Code = error(
    "manifest/image-untagged",
    "the image has neither tag nor digest",
    "Write `name:tag` or `name@sha256:…`.",
);
/// A size that is no positive number.
pub const SIZE_INVALID: Code = error(
    "manifest/size-invalid",
    "not a positive integer",
    "`cpu` counts cores, `memory` and `disk` count GiB; numbers or strings of numbers, without units.",
);
/// A size with a fraction.
pub const SIZE_FRACTION: Code = error(
    "manifest/size-fraction",
    "not a whole number",
    "Sizes are whole cores and GiB.",
);
/// A size beyond the ceiling.
pub const SIZE_CEILING: Code = warning(
    "manifest/size-ceiling",
    "beyond the ceiling",
    "The sandbox gets the ceiling instead: 32 cores, 128 GiB of memory, 500 GiB of disk.",
);
/// A GPU is asked for.
pub const GPU: Code = warning("manifest/gpu", "no GPU can be had", "The key is ignored.");
/// The default is empty or no string.
pub const DEFAULT_EMPTY: Code = error(
    "manifest/default-empty",
    "`default` names nothing",
    "It is the slug of a template, or `default` for the platform's own image.",
);
/// The default names no template.
pub const DEFAULT_UNKNOWN: Code = error(
    "manifest/default-unknown",
    "`default` names no template",
    "It is the slug of one of the `[[sandbox.templates]]`, or `default` for the platform's own image.",
);
/// A word that is not one of a few.
pub const UNKNOWN_WORD: Code = error(
    "manifest/unknown-word",
    "not one of the words that are understood",
    "Words are compared exactly, with their case.",
);
/// A trigger without a prompt.
pub const PROMPT_MISSING: Code = error(
    "manifest/prompt-missing",
    "the prompt is missing",
    "A trigger starts a session with its `prompt`.",
);
/// A `run_at` that is no date.
pub const RUN_AT_INVALID: Code = error(
    "manifest/run-at-invalid",
    "`run_at` is no date and time",
    "Write it as `2026-06-01T09:00:00Z`, in quotes.",
);
/// A cron trigger without a schedule.
pub const SCHEDULE_MISSING: Code = error(
    "manifest/schedule-missing",
    "no `cron` and no `run_at`",
    "A trigger of type `cron` says when it runs.",
);
/// A webhook without a secret.
pub const SECRET_MISSING: Code = error(
    "manifest/secret-missing",
    "`secret_env` is missing",
    "Webhooks are signed; `secret_env` names the secret that holds the key.",
);
/// A connector without the key its provider needs.
pub const CONNECTOR_KEY: Code = error(
    "manifest/connector-key",
    "the provider needs another key",
    "`pipedream` needs `app`, `mcp` needs `url`, `graphql` needs `endpoint`, `http` needs `base_url`.",
);
/// A secret in the manifest.
pub const AUTH_SECRET: Code = error(
    "manifest/auth-secret",
    "`auth.secret` is not supported",
    "Credentials of connectors are set in the control plane, not in the manifest.",
);
/// A policy without a match.
pub const MATCH_MISSING: Code = error(
    "manifest/match-missing",
    "`match` is missing",
    "A policy says with a glob which tools it is about.",
);
/// A grant that is neither a list nor a word.
pub const GRANT: Code = error(
    "manifest/grant",
    "neither `all`, `none` nor a list",
    "What an agent may use is \"all\", \"none\" or an array of names.",
);
/// An action that cannot be granted.
pub const GRANT_UNKNOWN: Code = error(
    "manifest/grant-unknown",
    "no action that can be granted",
    "`kortix_cli` lists actions such as `project.read`, or `*` for all of them. Actions on the account can never be granted.",
);
/// A channel without a platform.
pub const PLATFORM_MISSING: Code = error(
    "manifest/platform-missing",
    "the platform is missing",
    "A channel says which platform it is on, such as `slack`.",
);

/// A finding in a file that does not parse.
pub const BEYOND_SYNTAX: Code = local(
    "local/beyond-syntax",
    "what else is wrong once the syntax is mended",
    "The control plane stops at the syntax error. This is what it would say of the part that could be read.",
);
/// A syntax error behind the first.
pub const FURTHER_SYNTAX: Code = local(
    "local/further-syntax",
    "another syntax error",
    "The control plane reports only the first; this one may be a consequence of it.",
);
/// More findings than are listed.
pub const MORE: Code = hint(
    "local/more",
    "more findings than are listed",
    "Only the first few thousand findings of a file are listed; the verdict counts all.",
);
/// Bytes that are not UTF-8.
pub const NOT_UTF8: Code = local(
    "local/not-utf8",
    "not UTF-8",
    "The control plane replaces bytes that are not UTF-8 and goes on; text is lost that way.",
);
/// A key nobody reads, much like one that is read.
pub const MISSPELLED_KEY: Code = local(
    "local/misspelled-key",
    "a key that is not read",
    "The control plane ignores keys that it does not know, so a slip of the pen changes the meaning without a word.",
);
/// A key nobody reads.
pub const UNKNOWN_KEY: Code = hint(
    "local/unknown-key",
    "a key that is not read",
    "The control plane ignores keys that it does not know.",
);
/// An older name of a key.
pub const OLD_KEY: Code = local(
    "local/old-key",
    "the older name of a key",
    "The running control plane still reads it, but the validation does not know it.",
);
/// A cron expression that never fires.
pub const CRON_INVALID: Code = local(
    "local/cron-invalid",
    "the cron expression is malformed",
    "The control plane does not check it: the trigger is accepted and never fires. Five fields (minute first) or six (second first).",
);
/// A cron expression without a next time.
pub const CRON_NEVER: Code = local(
    "local/cron-never",
    "the cron expression never fires",
    "No such day comes, such as the 30th of February.",
);
/// Both `cron` and `run_at`.
pub const CRON_IGNORED: Code = local(
    "local/cron-ignored",
    "`cron` beside `run_at`",
    "With `run_at` the trigger runs once, and `cron` is not read.",
);
/// A `run_at` that is a TOML date.
pub const RUN_AT_UNQUOTED: Code = local(
    "local/run-at-unquoted",
    "`run_at` without quotes",
    "The control plane reads only a string; a TOML date or any other value counts as absent.",
);
/// A `run_at` in a form of its own.
pub const RUN_AT_LAX: Code = local(
    "local/run-at-lax",
    "`run_at` is not ISO 8601",
    "The control plane guesses what it means, from month names and loose numbers.",
);
/// An unknown time zone.
pub const TIMEZONE_UNKNOWN: Code = local(
    "local/timezone-unknown",
    "no such time zone",
    "The validation does not look at it, but the running control plane drops the trigger. Write an IANA name such as `Europe/Berlin`.",
);
/// A time zone that not every engine knows.
pub const TIMEZONE_SHAKY: Code = local(
    "local/timezone-shaky",
    "a time zone that not every engine knows",
    "Abbreviations and bare offsets depend on the engine that the control plane runs on. Write an IANA name.",
);
/// A trigger's secret that is not declared.
pub const SECRET_UNDECLARED: Code = hint(
    "local/secret-undeclared",
    "the secret is not declared in `[env]`",
    "Names in `[env]` are asked for when the project is set up; a webhook without its secret refuses every call.",
);
/// A name that belongs to the platform.
pub const NAME_RESERVED: Code = local(
    "local/name-reserved",
    "names that begin with `KORTIX_` are reserved",
    "The control plane refuses to store a secret with such a name.",
);
/// A name that is too long to store.
pub const NAME_LONG: Code = local(
    "local/name-long",
    "longer than 64 characters",
    "The validation lets it pass, but no secret of that name can be stored.",
);
/// The same name twice.
pub const NAME_TWICE: Code = hint(
    "local/name-twice",
    "named twice in `[env]`",
    "The second mention changes nothing.",
);
/// A template that is dropped for its slug.
pub const SLUG_LONG: Code = local(
    "local/slug-long",
    "the slug is longer than 64 characters",
    "The validation allows 128, but the running control plane drops the template.",
);
/// A required key of a connector is blank.
pub const CONNECTOR_BLANK: Code = local(
    "local/connector-blank",
    "the connector is dropped",
    "The validation lets a blank string pass, but the running control plane drops the connector.",
);
/// An openapi connector without a spec.
pub const SPEC_MISSING: Code = local(
    "local/spec-missing",
    "`spec` is missing",
    "The validation asks nothing of `openapi`, but the running control plane drops a connector without `spec`.",
);
/// Custom auth without a name.
pub const AUTH_NAME: Code = local(
    "local/auth-name",
    "`auth.name` is missing",
    "`custom` sends the credential in a header or parameter of that name; without one the running control plane drops the connector.",
);
/// Auth where the provider takes none.
pub const AUTH_REFUSED: Code = local(
    "local/auth-refused",
    "the provider takes no `auth`",
    "The running control plane drops a `pipedream` connector whose `auth.type` is not `none`.",
);
/// An app without a source.
pub const APP_SOURCE: Code = local(
    "local/app-source",
    "the app is dropped",
    "The validation lets an app without `source` (or a `tar` without `url`) pass, but the running control plane drops it.",
);
/// An app's variable that is no string.
pub const APP_ENV: Code = local(
    "local/app-env",
    "the app is dropped for its `env`",
    "Values are strings and names are letters, digits and `_`; the validation does not look, the running control plane drops the app.",
);
/// An app with an empty domain.
pub const APP_DOMAIN: Code = local(
    "local/app-domain",
    "the app is dropped for an empty domain",
    "The validation lets an empty string pass, but the running control plane drops the app.",
);
/// A connector with a slug that is taken.
pub const CONNECTOR_SLUG: Code = local(
    "local/connector-slug",
    "the connector's slug is taken",
    "The validation lets it pass, but the running control plane keeps `kortix_slack`, `kortix_email` and `computer` for itself and drops the connector.",
);
/// A word that counts as absent.
pub const WORD_IGNORED: Code = local(
    "local/word-ignored",
    "a word that is not understood",
    "The validation does not look at it, and the running control plane takes its default instead.",
);
/// A policy of the project that is dropped.
pub const POLICY_DROPPED: Code = local(
    "local/policy-dropped",
    "the policy is dropped",
    "`[[policies]]` is not documented and not validated; without `match` and a known `action` an entry has no effect.",
);
/// A key that the daemon does not find.
pub const DAEMON_BLIND: Code = local(
    "local/daemon-blind",
    "a key that the daemon does not find",
    "The daemon in a sandbox does not parse TOML: it looks for the header on a line of its own and for one line with a quoted value below it.",
);

/// All codes, verdicts first.
pub const ALL: [&Code; 74] = [
    &SYNTAX,
    &DIALECT,
    &LET_PASS,
    &ENDLESS,
    &BYTE_ORDER_MARK,
    &VERSION_MISSING,
    &VERSION_INVALID,
    &VERSION_UNSUPPORTED,
    &EXPECTED_TABLE,
    &EXPECTED_ARRAY,
    &EXPECTED_STRING,
    &EXPECTED_BOOLEAN,
    &ENV_NAME,
    &ENV_KEY,
    &PATH_EMPTY,
    &PATH_ABSOLUTE,
    &PATH_ESCAPES,
    &SANDBOX_LEGACY,
    &SANDBOXES_RENAMED,
    &SLUG_MISSING,
    &SLUG_INVALID,
    &SLUG_RESERVED,
    &DUPLICATE,
    &SOURCE_BOTH,
    &SOURCE_MISSING,
    &IMAGE_LATEST,
    &IMAGE_UNTAGGED,
    &SIZE_INVALID,
    &SIZE_FRACTION,
    &SIZE_CEILING,
    &GPU,
    &DEFAULT_EMPTY,
    &DEFAULT_UNKNOWN,
    &UNKNOWN_WORD,
    &PROMPT_MISSING,
    &RUN_AT_INVALID,
    &SCHEDULE_MISSING,
    &SECRET_MISSING,
    &CONNECTOR_KEY,
    &AUTH_SECRET,
    &MATCH_MISSING,
    &GRANT,
    &GRANT_UNKNOWN,
    &PLATFORM_MISSING,
    &BEYOND_SYNTAX,
    &FURTHER_SYNTAX,
    &MORE,
    &NOT_UTF8,
    &MISSPELLED_KEY,
    &UNKNOWN_KEY,
    &OLD_KEY,
    &CRON_INVALID,
    &CRON_NEVER,
    &CRON_IGNORED,
    &RUN_AT_UNQUOTED,
    &RUN_AT_LAX,
    &TIMEZONE_UNKNOWN,
    &TIMEZONE_SHAKY,
    &SECRET_UNDECLARED,
    &NAME_RESERVED,
    &NAME_LONG,
    &NAME_TWICE,
    &SLUG_LONG,
    &CONNECTOR_BLANK,
    &SPEC_MISSING,
    &AUTH_NAME,
    &AUTH_REFUSED,
    &APP_SOURCE,
    &APP_ENV,
    &APP_DOMAIN,
    &CONNECTOR_SLUG,
    &WORD_IGNORED,
    &POLICY_DROPPED,
    &DAEMON_BLIND,
];
