//! Datadog's sites, and where each takes logs.

use reqwest::Url;

use crate::error::Result;
use crate::written::{Fields, nearest};

/// Every site by its name.
pub const SITES: [&str; 9] = [
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "datadoghq.eu",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "ddog-gov.com",
    "us2.ddog-gov.com",
];

/// Where logs are taken and keys are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The option and its value, as a person would look for it.
    pub told: String,
    /// Below this are the paths of the log intake.
    pub intake: String,
    /// Below this are the paths of everything else.
    pub api: String,
}

impl Site {
    /// As `site` or `url` have it; one of them has to be there.
    pub fn read(fields: &Fields) -> Result<Self> {
        let (site, url) = (fields.at("site"), fields.at("url"));
        match (site.text()?, url.text()?) {
            (Some(_), Some(_)) => Err(url.problem("cannot stand beside `site`: keep one of them")),
            (None, None) => Err(site.problem(format!(
                "required, or `url` for a proxy; expected one of {}",
                SITES.join(", ")
            ))),
            (Some(name), None) => Self::named(name.trim()).ok_or_else(|| {
                let hint = match nearest(name.trim(), &SITES) {
                    Some(near) => format!("; did you mean `{near}`?"),
                    None => String::new(),
                };
                site.problem(format!(
                    "expected one of {}, found `{name}`{hint}",
                    SITES.join(", ")
                ))
            }),
            (None, Some(text)) => {
                let base = Self::at_url(&text).map_err(|wrong| url.problem(wrong))?;
                Ok(Self {
                    told: format!("`destination.url` ({base})"),
                    intake: base.clone(),
                    api: base,
                })
            }
        }
    }

    /// The URL below which Datadog's paths are, as a person gave it; or what is wrong with it.
    pub fn at_url(text: &str) -> std::result::Result<String, &'static str> {
        const WRONG: &str = "expected scheme, host, port and at most a prefix, such as https://proxy.example.com:8443/datadog";
        let base = Url::parse(text.trim()).map_err(|_| WRONG)?;
        let plain = base.query().is_none()
            && base.fragment().is_none()
            && base.username().is_empty()
            && base.password().is_none();
        let web = matches!(base.scheme(), "http" | "https") && base.has_host();
        if !plain || !web {
            return Err(WRONG);
        }
        let base = base.as_str().trim_end_matches('/').to_owned();
        if base.ends_with("/api/v2/logs") {
            return Err("leave `/api/v2/logs` out: it is put behind the URL");
        }
        Ok(base)
    }

    /// The site of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        SITES.contains(&name).then(|| Self {
            told: format!("`destination.site` ({name})"),
            intake: format!("https://http-intake.logs.{name}"),
            api: format!("https://api.{name}"),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::written::Written;
    use serde_json::{Value, json};

    fn read(value: &Value) -> Result<Site> {
        Site::read(&Written::new(value, "destination").any_fields().unwrap())
    }

    fn problem(value: &Value) -> String {
        read(value).unwrap_err().to_string()
    }

    #[test]
    fn every_site_has_its_own_hosts() {
        for name in SITES {
            let site = read(&json!({ "site": name })).unwrap();
            assert_eq!(site.intake, format!("https://http-intake.logs.{name}"));
            assert_eq!(site.api, format!("https://api.{name}"));
        }
    }

    #[test]
    fn a_site_that_is_none_names_the_nearest() {
        assert!(problem(&json!({"site": "datadoghq.ue"})).contains("did you mean `datadoghq.eu`?"));
        assert!(problem(&json!({})).contains("destination.site: required, or `url`"));
        assert!(problem(&json!({"site": "datadoghq.eu", "url": "http://x"})).contains("keep one"));
    }

    #[test]
    fn a_url_may_have_a_prefix_and_nothing_more() {
        let site = read(&json!({"url": "http://proxy:8080/datadog/"})).unwrap();
        assert_eq!(site.intake, "http://proxy:8080/datadog");
        assert_eq!(site.api, site.intake);
        for wrong in [
            "proxy",
            "ftp://x",
            "http://me:hunter2@x",
            "http://x/?k=hunter2",
            "http://x/#y",
        ] {
            let words = problem(&json!({ "url": wrong }));
            assert!(
                words.contains("expected scheme") && !words.contains("hunter2"),
                "{words}"
            );
        }
        assert!(problem(&json!({"url": "https://x/api/v2/logs"})).contains("leave `/api/v2/logs`"));
    }
}
