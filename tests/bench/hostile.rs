//! Texts that make a careless reader slow, each of about a size in bytes.

use std::fmt::Write as _;

/// A text with its name.
type Named = (&'static str, String);

/// A name, a beginning, a piece that is repeated, and an end.
type Repeated = (&'static str, &'static str, &'static str, &'static str);

/// Pieces of `kortix.toml`.
const MANIFESTS: &[Repeated] = &[
    ("brackets", "", "[", ""),
    ("nested arrays", "a = ", "[", ""),
    ("nested tables", "a = ", "{a=", ""),
    ("nested keys", "", "a.", "a = 1"),
    ("headers", "", "[a]\n", ""),
    ("headers of arrays", "", "[[a]]\n", ""),
    ("deep headers", "", "[a.a.a.a.a.a.a.a]\n", ""),
    ("headers that do not end", "", "[[a]\r", ""),
    ("a key again and again", "", "a = 1\n", ""),
    ("one string", "project.name = '", "x", "'"),
    ("one string of escapes", "project.name = \"", "\\t", "\""),
    ("one line", "a = [", "'ä', ", "]"),
    ("one wrong line", "triggers = [", "1, ", "]"),
    ("comments", "", "#\n", ""),
    ("line ends", "", "\n", ""),
    ("lone carriage returns", "", "=\r", ""),
    ("commented returns", "", "a = 1 # \r", ""),
    ("NULs", "", "\0", ""),
    ("marks", "", "\u{feff}", ""),
    ("quotes", "", "\"", ""),
    ("open strings", "", "'''\n", ""),
    ("stray commas", "", "a = 1,\n", ""),
    ("odd spaces", "", "a = 1\u{a0}\n", ""),
    ("odd keys", "", "'=' x = 1\n", ""),
    (
        "schedules",
        "",
        "[[triggers]]\ntype = 'cron'\ncron = '0 0 30 2 *'\n",
        "",
    ),
    (
        "one schedule",
        "[[triggers]]\ntype = 'cron'\ncron = '",
        "1,",
        "'",
    ),
    (
        "zones",
        "",
        "[[triggers]]\ntype = 'cron'\ntimezone = 'Europe/Berln'\n",
        "",
    ),
    (
        "one zone",
        "[[triggers]]\ntype = 'cron'\ntimezone = '",
        "a/",
        "'",
    ),
    (
        "one moment",
        "[[triggers]]\ntype = 'cron'\nrun_at = '",
        "may 1 ",
        "'",
    ),
    ("one slug", "[[agents]]\nname = '", "A ", "'"),
    (
        "almost the actions",
        "[[agents]]\nkortix_cli = [",
        "'project.reed', ",
        "]",
    ),
    ("names", "[env]\nrequired = [", "'A', ", "]"),
];

/// Pieces of Dockerfiles.
const DOCKERFILES: &[Repeated] = &[
    ("one word", "", "x", ""),
    ("one line", "RUN ", "a b ", ""),
    ("continuations", "FROM ubuntu:24.04\nRUN ", "a \\\n", ""),
    ("bare continuations", "FROM ubuntu:24.04\nRUN ", "\\\n", ""),
    ("comments in a continuation", "RUN a \\\n", "# x\n", ""),
    ("comments", "", "# https://a:b@c\n", ""),
    ("children", "FROM a:1 AS a\nONBUILD RUN x\n", "FROM a\n", ""),
    ("triggers", "FROM ubuntu:24.04\n", "ONBUILD ", ""),
    (
        "triggers in lines",
        "FROM ubuntu:24.04\n",
        "ONBUILD ONBUILD RUN x\n",
        "",
    ),
    ("openers in lines", "FROM ubuntu:24.04\n", "RUN <<E\n", ""),
    ("heredocs", "FROM ubuntu:24.04\n", "RUN <<E\nx\nE\n", ""),
    (
        "doubled variables",
        "FROM ubuntu:24.04\nENV A=xx\n",
        "ENV A=$A$A\n",
        "EXPOSE $A\n",
    ),
    (
        "values that grow",
        "FROM ubuntu:24.04\n",
        "ENV P=$P:/opt/bin\n",
        "EXPOSE $P\n",
    ),
    (
        "one variable",
        "FROM ubuntu:24.04\nENV A=",
        "$A",
        "\nEXPOSE $A\n",
    ),
    ("braces", "FROM ", "${a:-", ""),
    ("closed braces", "FROM ", "${a:-b}", ""),
    ("quotes", "RUN ", "\"$'", ""),
    ("flags", "FROM ubuntu:24.04\nRUN ", "--a ", ""),
    ("sources", "FROM ubuntu:24.04\nCOPY ", "a ", ""),
    ("an array", "FROM ubuntu:24.04\nCMD [", "\"a\",", "\"\"]"),
    ("brackets", "FROM ubuntu:24.04\nCMD ", "[", "]"),
    ("keys", "RUN ", "BEGIN PRIVATE KEY", ""),
    ("begun keys", "RUN ", "-----BEGIN ", ""),
    ("urls", "RUN ", "a://b:", ""),
    ("users", "# ", "a://u", ""),
    ("tokens", "RUN ", "sk-ant-", ""),
    ("unknown words", "", "xyz\n", ""),
    ("almost keywords", "", "RUNN\n", ""),
    ("shells", "FROM ubuntu:24.04\nRUN ", "sh -c \"sh -c ", ""),
    ("commands", "FROM ubuntu:24.04\nRUN ", "apt-get clean;", ""),
    ("cleaners", "FROM ubuntu:24.04\n", "RUN apt-get clean\n", ""),
    ("ends of nothing", "FROM ubuntu:24.04\n", "CMD x\n", ""),
    ("folders", "FROM ubuntu:24.04\n", "WORKDIR a\n", ""),
    ("ports", "FROM ubuntu:24.04\n", "EXPOSE 1-65535\n", ""),
    ("names", "FROM ubuntu:24.04\nENV ", "TOKEN=x ", ""),
    ("one name", "FROM ubuntu:24.04\nENV ", "A_", "=x\n"),
    ("directives", "", "# escape=`\n", ""),
    ("bytes", "", "\0", ""),
    ("returns", "", "RUN x\r", ""),
];

/// A name, a beginning, and lines that differ by a number, which stands for each `N`.
type Numbered = (&'static str, &'static str, &'static str);

/// Lines of `kortix.toml`.
const NUMBERED_MANIFESTS: &[Numbered] = &[
    ("a prefix", "", "[a.b.c.dN]\n"),
    ("a dotted key", "", "a.b.c.dN = 1\n"),
    ("keys", "", "keyN = 1\n"),
    ("almost the keys", "", "trigersN = 1\n"),
    (
        "almost the default",
        "[sandbox]\ndefault = 'template-x'\n",
        "[[sandbox.templates]]\nslug = 'template-N'\nimage = 'a:1'\n",
    ),
];

/// Lines of Dockerfiles.
const NUMBERED_DOCKERFILES: &[Numbered] = &[
    ("stages", "FROM a:1 AS s\n", "FROM s AS sN\n"),
    ("openers", "RUN", " <<EN"),
    ("variables", "FROM a:1\nARG A=x\n", "ARG AN=$A\n"),
];

/// As `kortix.toml`.
pub fn manifests(size: usize) -> Vec<Named> {
    texts(size, MANIFESTS, NUMBERED_MANIFESTS)
}

/// As Dockerfiles.
pub fn dockerfiles(size: usize) -> Vec<Named> {
    let mut all = texts(size, DOCKERFILES, NUMBERED_DOCKERFILES);
    let words = "$A ".repeat(size / 3);
    let value = "x".repeat(4_000);
    let words = format!("FROM a:1\nENV A={value}\nEXPOSE {words}\n");
    all.push(("many words", words));
    let mut chain = "FROM a:1 AS s0\n".to_owned();
    for at in 1.. {
        if chain.len() >= size {
            break;
        }
        let _ = writeln!(chain, "FROM s{} AS s{at}", at - 1);
    }
    all.push(("a chain of stages", chain));
    all
}

fn texts(size: usize, repeated: &[Repeated], numbered: &[Numbered]) -> Vec<Named> {
    let repeated = repeated.iter().map(|(name, head, piece, end)| {
        let middle = piece.repeat(size / piece.len());
        (*name, format!("{head}{middle}{end}"))
    });
    let numbered = numbered.iter().map(|(name, head, line)| {
        let mut text = (*head).to_owned();
        for at in 0.. {
            if text.len() >= size {
                break;
            }
            text.push_str(&line.replace('N', &at.to_string()));
        }
        (*name, text)
    });
    repeated.chain(numbered).collect()
}
