//! Image references such as `ghcr.io/acme/base:1.2@sha256:…`.
//!
//! [`Parts`] cuts a reference as the builder does, valid or not; [`Reference`] is a valid one with
//! the registry that it comes from. Validity is `oci-spec`'s decision.

use oci_spec::distribution;

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
        let known = distribution::Reference::try_from(text).map_err(|error| error.to_string())?;
        let parts = Parts::of(text);
        Ok(Self {
            registry: known.registry().to_owned(),
            repository: known.repository().to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }
}
