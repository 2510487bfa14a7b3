//! Which images are of the Debian and Ubuntu family, as far as a name and a tag can tell.
//!
//! The tables are data about the world: defaults of images change. The first of these that knows an
//! image decides: places without `apt`, a word in the tag, the name of an official image.

use crate::image::reference::Parts;

/// What a reference tells about the system in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    /// Debian, Ubuntu, or made from one of them.
    Debian,
    /// Something without `apt-get`.
    Other,
    /// The reference does not tell.
    Unknown,
}

/// Beginnings of names below which no image has `apt-get`.
const OTHER_PREFIXES: &[&str] = &[
    "cgr.dev/",
    "gcr.io/distroless/",
    "hashicorp/",
    "mcr.microsoft.com/azurelinux/",
    "mcr.microsoft.com/cbl-mariner/",
    "nixos/",
    "opensuse/",
    "public.ecr.aws/amazonlinux/",
    "quay.io/centos/",
    "quay.io/fedora/",
    "redhat/",
    "registry.access.redhat.com/",
    "voidlinux/",
];

/// Words of a tag that name another system; digits may follow.
const OTHER_WORDS: &[&str] = &[
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "azurelinux",
    "busybox",
    "centos",
    "distroless",
    "fedora",
    "leap",
    "mariner",
    "nanoserver",
    "nix",
    "ol",
    "opensuse",
    "oraclelinux",
    "rhel",
    "rockylinux",
    "ubi",
    "windowsservercore",
    "wolfi",
];

/// Words of a tag that name the family or one of its releases; digits may follow.
const DEBIAN_WORDS: &[&str] = &[
    "artful", "bionic", "bookworm", "bullseye", "buster", "cosmic", "debian", "disco", "duke",
    "eoan", "focal", "forky", "groovy", "hirsute", "impish", "jammy", "jessie", "kinetic", "lunar",
    "mantic", "noble", "oracular", "plucky", "questing", "resolute", "sid", "stretch", "trixie",
    "trusty", "ubuntu", "wheezy", "xenial", "zesty",
];

/// Official images that are of another system unless the tag says otherwise.
const OTHER_NAMES: &[&str] = &[
    "adminer",
    "almalinux",
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "archlinux",
    "bash",
    "busybox",
    "caddy",
    "centos",
    "composer",
    "consul",
    "docker",
    "eclipse-mosquitto",
    "elasticsearch",
    "fedora",
    "hello-world",
    "mysql",
    "nats",
    "oraclelinux",
    "photon",
    "registry",
    "rockylinux",
    "traefik",
    "vault",
];

/// Images that are of the family unless the tag says otherwise.
const DEBIAN_NAMES: &[&str] = &[
    "buildpack-deps",
    "cassandra",
    "clojure",
    "continuumio/miniconda3",
    "dart",
    "debian",
    "denoland/deno",
    "drupal",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "flink",
    "gcc",
    "ghost",
    "golang",
    "gradle",
    "groovy",
    "haproxy",
    "haskell",
    "httpd",
    "hylang",
    "influxdb",
    "jetty",
    "jruby",
    "julia",
    "kalilinux/kali-rolling",
    "mariadb",
    "maven",
    "memcached",
    "mongo",
    "mono",
    "neo4j",
    "nextcloud",
    "nginx",
    "node",
    "odoo",
    "oven/bun",
    "perl",
    "php",
    "postgres",
    "pypy",
    "python",
    "pytorch/pytorch",
    "r-base",
    "rabbitmq",
    "rails",
    "redis",
    "redmine",
    "ruby",
    "rust",
    "solr",
    "spark",
    "swift",
    "tensorflow/tensorflow",
    "tomcat",
    "ubuntu",
    "wordpress",
];

/// The first version of `openjdk` that is built on Oracle Linux.
const ORACLE_OPENJDK: u32 = 12;

impl Distribution {
    /// What a reference tells.
    pub fn of(parts: &Parts<'_>) -> Self {
        let name = parts.short_name();
        let is_below = |prefix: &&str| name.starts_with(*prefix);
        if name == "scratch" || OTHER_PREFIXES.iter().any(is_below) {
            return Self::Other;
        }
        let tag = parts.tag.unwrap_or_default().to_ascii_lowercase();
        let words = || tag.split(['-', '_', '.']);
        if words().any(is_other_word) {
            return Self::Other;
        }
        if words().any(|word| DEBIAN_WORDS.contains(&without_digits(word))) {
            return Self::Debian;
        }
        if name == "openjdk" {
            return openjdk(&tag);
        }
        if OTHER_NAMES.contains(&name) {
            return Self::Other;
        }
        if DEBIAN_NAMES.contains(&name) {
            return Self::Debian;
        }
        Self::Unknown
    }
}

fn is_other_word(word: &str) -> bool {
    // Amazon Linux is `al2`, `al2023`: the digits are the name.
    let is_amazon = word.strip_prefix("al").is_some_and(|year| {
        let is_year = year.len() == 4 && year.starts_with("20");
        year == "2" || is_year && year.bytes().all(|byte| byte.is_ascii_digit())
    });
    is_amazon || OTHER_WORDS.contains(&without_digits(word))
}

fn without_digits(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_digit())
}

fn openjdk(tag: &str) -> Distribution {
    let is_slim = tag.split('-').any(|word| word == "slim");
    let digits = tag.split(|c: char| !c.is_ascii_digit()).next();
    let version = digits.and_then(|digits| digits.parse::<u32>().ok());
    match version {
        _ if is_slim => Distribution::Debian,
        Some(version) if version < ORACLE_OPENJDK => Distribution::Debian,
        Some(_) | None => Distribution::Other,
    }
}
