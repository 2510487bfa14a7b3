//! Image references such as `ghcr.io/acme/base:1.2@sha256:…`.
//!
//! [`Parts`] cuts a reference as the builder does, valid or not; [`Reference`] is a valid one with
//! the registry that it comes from. Validity is `oci-spec`'s decision; its one large expression takes
//! a tenth of a second to be made ready, so the plain references that most files have are read
//! without it, and a test holds the two against each other.

use oci_spec::distribution;

/// The longest reference that is read as a plain one, in bytes; no part of it can be too long.
const LONGEST_PLAIN: usize = 200;

/// Where images come from that name no registry.
const HUB: &str = "docker.io";

/// More than any valid reference has, in bytes: 255 of name, 128 of tag, the longest digest.
const LONGEST: usize = 1024;

/// The pieces of a reference as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Registry and repository.
    pub name: &'a str,
    /// What is behind the colon; a registry's port is no tag.
    pub tag: Option<&'a str>,
    /// What is behind the at sign.
    pub digest: Option<&'a str>,
}

/// A valid reference with its defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The registry, `docker.io` unless another one is named.
    pub registry: String,
    /// The repository in it, such as `library/ubuntu`.
    pub repository: String,
    /// The tag as written.
    pub tag: Option<String>,
    /// The digest.
    pub digest: Option<String>,
}

impl<'a> Parts<'a> {
    /// Cuts a reference.
    pub fn of(reference: &'a str) -> Self {
        let (rest, digest) = match reference.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (reference, None),
        };
        let last = rest.rfind('/').map_or(0, |slash| slash + 1);
        let colon = rest.get(last..).and_then(|last| last.find(':'));
        let (name, tag) = match colon {
            Some(colon) => {
                let (name, tag) = rest.split_at(last + colon);
                (name, tag.strip_prefix(':'))
            }
            None => (rest, None),
        };
        Self { name, tag, digest }
    }

    /// The name without what Docker Hub lets people leave out.
    pub fn short_name(&self) -> &'a str {
        let mut name = self.name;
        for prefix in ["index.docker.io/", "docker.io/", "library/"] {
            name = name.strip_prefix(prefix).unwrap_or(name);
        }
        name
    }
}

impl Reference {
    /// Reads a reference; the error says what is wrong, as a fragment.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it has more than {LONGEST} bytes"));
        }
        if let Some(plain) = Self::plain(text) {
            return Ok(plain);
        }
        let known = distribution::Reference::try_from(text).map_err(|error| error.to_string())?;
        let parts = Parts::of(text);
        Ok(Self {
            registry: known.registry().to_owned(),
            repository: known.repository().to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }

    /// Reads a reference of lower-case words, single separators, and a digest of the usual kind.
    fn plain(text: &str) -> Option<Self> {
        let parts = Parts::of(text);
        let is_plain = text.len() <= LONGEST_PLAIN
            && parts.name.split('/').skip(1).all(is_word)
            && parts.tag.is_none_or(is_tag)
            && parts.digest.is_none_or(is_sha256);
        let (first, rest) = match parts.name.split_once('/') {
            Some((first, rest)) => (first, Some(rest)),
            None => (parts.name, None),
        };
        let is_registry = first.contains(['.', ':']) || first == "localhost";
        let (registry, repository) = match rest.filter(|_| is_registry) {
            Some(rest) if is_host(first) => (first, rest),
            None if is_word(first) => (HUB, parts.name),
            Some(_) | None => return None,
        };
        let is_hub = registry == HUB || registry == "index.docker.io";
        let is_official = is_hub && !repository.contains('/');
        let library = if is_official { "library/" } else { "" };
        is_plain.then(|| Self {
            registry: if is_hub { HUB } else { registry }.to_owned(),
            repository: format!("{library}{repository}"),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }
}

/// Lower-case letters and digits with single separators inside.
fn is_word(word: &str) -> bool {
    let mut parts = word.split(['.', '_', '-']);
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    parts.all(|part| !part.is_empty() && part.bytes().all(is_plain))
}

/// A registry, with its port where it has one.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_word(host) && !host.contains('_') && port.is_none_or(is_port)
}

fn is_tag(tag: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let is_whole = !tag.is_empty() && tag.len() <= 128 && tag.bytes().all(is_inside);
    is_whole && !tag.starts_with(['.', '-'])
}

fn is_sha256(digest: &str) -> bool {
    let digits = digest.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
