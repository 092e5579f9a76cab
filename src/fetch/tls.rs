//! Whom we trust and who we are: the TLS options of Agent checks, and the files behind them.

use std::fs;
use std::path::{Path, PathBuf};

use super::options::flag;
use crate::error::{Error, Result};
use crate::written::{Fields, Written};

/// The TLS options as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tls {
    verify: bool,
    hostname: bool,
    authorities: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            verify: true,
            hostname: true,
            authorities: None,
            certificate: None,
            key: None,
        }
    }
}

/// What the options and the files behind them come to; clients are shared by it, so that a rotated
/// certificate is another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Trust {
    pub(super) verify: bool,
    pub(super) hostname: bool,
    /// In PEM; instead of the system's.
    pub(super) authorities: Option<Vec<Vec<u8>>>,
    /// Certificate and key in PEM.
    pub(super) identity: Option<Vec<u8>>,
}

impl Tls {
    pub(super) fn read(instance: &Fields) -> Result<Self> {
        let tls = Self {
            verify: flag(&instance.at("tls_verify"))?.unwrap_or(true),
            hostname: flag(&instance.at("tls_validate_hostname"))?.unwrap_or(true),
            authorities: file(&instance.at("tls_ca_cert"))?,
            certificate: file(&instance.at("tls_cert"))?,
            key: file(&instance.at("tls_private_key"))?,
        };
        if tls.key.is_some() && tls.certificate.is_none() {
            return Err(instance
                .at("tls_cert")
                .problem("required beside `tls_private_key`"));
        }
        if tls.verify && !tls.hostname && tls.authorities.is_none() {
            return Err(instance.at("tls_validate_hostname").problem(
                "can be false only where `tls_ca_cert` says whom to trust instead of the system's \
                 authorities",
            ));
        }
        Ok(tls)
    }

    /// Whether the other side has to prove who it is.
    #[cfg(feature = "cli")]
    pub(crate) fn verifies(&self) -> bool {
        self.verify
    }

    /// Reads the files.
    pub(super) fn load(&self) -> Result<Trust> {
        let authorities = match &self.authorities {
            Some(path) if self.verify => Some(authorities(path)?),
            _ => None,
        };
        let identity = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                let mut pem = bytes(certificate, "tls_cert")?;
                pem.push(b'\n');
                pem.extend(private_key(key)?);
                Some(pem)
            }
            (Some(both), None) => Some(bytes(both, "tls_cert")?),
            (None, _) => None,
        };
        Ok(Trust {
            verify: self.verify,
            hostname: self.hostname,
            authorities,
            identity,
        })
    }
}

fn file(written: &Written) -> Result<Option<PathBuf>> {
    let Some(text) = written.text()?.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let home = std::env::var_os("HOME");
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Ok(Some(Path::new(&home).join(rest))),
        _ => Ok(Some(PathBuf::from(text))),
    }
}

fn bytes(path: &Path, option: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| unreadable(path, option, &error))
}

fn unreadable(path: &Path, option: &str, error: &std::io::Error) -> Error {
    Error::config(option, format!("cannot read {}: {error}", path.display()))
}

fn private_key(path: &Path) -> Result<Vec<u8>> {
    let pem = bytes(path, "tls_private_key")?;
    if String::from_utf8_lossy(&pem).contains("ENCRYPTED") {
        return Err(Error::config(
            "tls_private_key",
            format!(
                "{} is encrypted; decrypt it with `openssl pkey` into a file that only the Agent's \
                 user can read",
                path.display()
            ),
        ));
    }
    Ok(pem)
}

/// A file of certificates, or a directory of such files.
fn authorities(path: &Path) -> Result<Vec<Vec<u8>>> {
    let option = "tls_ca_cert";
    let mut found = Vec::new();
    if path.is_dir() {
        let entries = fs::read_dir(path).map_err(|error| unreadable(path, option, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(path, option, &error))?;
            // Such directories also hold links that lead nowhere, and other files.
            if let Ok(pem) = fs::read(entry.path()) {
                found.push(pem);
            }
        }
        found.sort_unstable();
        found.dedup();
    } else {
        found.push(bytes(path, option)?);
    }
    found.retain(|pem| holds_certificate(pem));
    if found.is_empty() {
        return Err(Error::config(
            option,
            format!("no certificate in PEM form in {}", path.display()),
        ));
    }
    Ok(found)
}

fn holds_certificate(pem: &[u8]) -> bool {
    let begin = b"-----BEGIN ";
    pem.windows(begin.len()).any(|window| window == begin)
        && String::from_utf8_lossy(pem).contains("CERTIFICATE-----")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    fn read(instance: &Value) -> Result<Tls> {
        Tls::read(&Written::new(instance, "instances[0]").any_fields().unwrap())
    }

    fn problem<T>(result: Result<T>) -> String {
        result
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("logwalk-tls-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn a_missing_file_is_named_with_its_option() {
        for option in ["tls_ca_cert", "tls_cert"] {
            let tls = read(&json!({option: "/nowhere/at/all.pem"})).unwrap();
            let text = problem(tls.load());
            assert!(
                text.starts_with(&format!("{option}: cannot read /nowhere/at/all.pem")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_key_without_a_certificate_is_refused() {
        assert!(problem(read(&json!({"tls_private_key": "k"}))).contains("tls_cert: required"));
    }

    #[test]
    fn host_names_go_unchecked_only_beside_authorities_of_ones_own() {
        assert!(problem(read(&json!({"tls_validate_hostname": false}))).contains("tls_ca_cert"));
        let own = json!({"tls_validate_hostname": false, "tls_ca_cert": "ca.pem"});
        assert_eq!(problem(read(&own)), "");
        let unverified = json!({"tls_validate_hostname": false, "tls_verify": false});
        assert_eq!(problem(read(&unverified)), "");
    }

    #[test]
    fn authorities_may_be_a_directory_with_other_files_in_it() {
        let path = folder("directory");
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        fs::write(path.join("a.pem"), pem).unwrap();
        fs::write(path.join("again.0"), pem).unwrap();
        fs::write(path.join("README"), "not a certificate").unwrap();
        let trust = read(&json!({"tls_ca_cert": path})).unwrap().load().unwrap();
        assert_eq!(trust.authorities, Some(vec![pem.as_bytes().to_vec()]));
    }

    #[test]
    fn authorities_without_a_certificate_are_refused() {
        let path = folder("empty");
        fs::write(path.join("README"), "not a certificate").unwrap();
        let text = problem(read(&json!({"tls_ca_cert": path})).unwrap().load());
        assert!(
            text.starts_with("tls_ca_cert: no certificate in PEM form"),
            "{text}"
        );
    }

    #[test]
    fn an_encrypted_key_is_refused_with_the_way_out() {
        let path = folder("key");
        fs::write(path.join("c.pem"), "x").unwrap();
        fs::write(path.join("k.pem"), "-----BEGIN ENCRYPTED PRIVATE KEY-----").unwrap();
        let instance =
            json!({"tls_cert": path.join("c.pem"), "tls_private_key": path.join("k.pem")});
        assert!(problem(read(&instance).unwrap().load()).contains("openssl pkey"));
    }
}
