//! The options of Agent checks that this program cannot honour: refused by name, never ignored.

use serde_json::Value;

use crate::error::Result;
use crate::written::{Fields, Written};

const HEADER: &str = "use `credentials` with a header of the source, or `username` and `password`";
const OTHER_AUTH: &str = "use `credentials`, `username` and `password`, or the source's `auth`";

/// Each option and what to use instead.
const REFUSED: &[(&str, &str)] = &[
    (
        "auth_token",
        "describe it in the source: a header with a credential, or `auth: {oauth2: ...}`",
    ),
    ("aws_host", OTHER_AUTH),
    ("aws_region", OTHER_AUTH),
    ("aws_service", OTHER_AUTH),
    ("kerberos", OTHER_AUTH),
    ("kerberos_auth", OTHER_AUTH),
    ("kerberos_cache", OTHER_AUTH),
    ("kerberos_delegate", OTHER_AUTH),
    ("kerberos_force_initiate", OTHER_AUTH),
    ("kerberos_hostname", OTHER_AUTH),
    ("kerberos_keytab", OTHER_AUTH),
    ("kerberos_principal", OTHER_AUTH),
    ("ntlm_domain", OTHER_AUTH),
    (
        "tls_ciphers",
        "leave it out: TLS 1.2 and 1.3 are offered with their modern ciphers",
    ),
    (
        "tls_intermediate_ca_certs",
        "add the intermediate certificates to the file of `tls_ca_cert`",
    ),
    (
        "tls_private_key_password",
        "give `tls_private_key` a file that is not encrypted, readable by the Agent's user alone",
    ),
    (
        "tls_protocols_allowed",
        "leave it out: TLS 1.2 and 1.3 are offered",
    ),
    (
        "tls_use_host_header",
        "give `base_url` the host name that the certificate has",
    ),
];

/// What says nothing but the default, per option.
fn is_default(name: &str, value: &Value) -> bool {
    let says = |word: &str| {
        value
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    let has = |word: &str| {
        let items = value.as_array();
        items.is_some_and(|items| items.iter().any(|item| item.as_str() == Some(word)))
    };
    match (name, value) {
        (_, Value::Null | Value::Bool(false)) => true,
        (_, Value::String(text)) if text.is_empty() => true,
        (_, Value::Array(items)) if items.is_empty() => true,
        ("kerberos_auth" | "kerberos", _) => says("disabled"),
        ("tls_ciphers", _) => says("ALL") || has("ALL"),
        ("tls_protocols_allowed", _) => has("TLSv1.2") && has("TLSv1.3"),
        _ => false,
    }
}

/// The names, for those who have to know every option.
pub(super) const NAMES: [&str; 18] = {
    let mut names = [""; 18];
    let mut i = 0;
    while i < names.len() {
        names[i] = REFUSED[i].0;
        i += 1;
    }
    names
};

/// An error for the first option that cannot be honoured.
pub(super) fn refuse(fields: &Fields) -> Result<()> {
    let auth_type = fields.at("auth_type");
    match auth_type.text()?.as_deref().map(str::trim) {
        None | Some("" | "basic") => {}
        Some(other @ ("digest" | "ntlm" | "kerberos" | "aws")) => {
            return Err(auth_type.problem(format!("`{other}` is not supported; {HEADER}")));
        }
        Some(_) => return Err(auth_type.wrong("`basic`, the only one supported here")),
    }
    for (name, instead) in REFUSED {
        let written: Written = fields.at(name);
        if !is_default(name, written.value) {
            return Err(written.problem(format!("not supported; {instead}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn refusal(instance: &Value) -> Option<String> {
        let fields = Written::new(instance, "instances[0]").any_fields().unwrap();
        refuse(&fields).err().map(|error| error.to_string())
    }

    #[test]
    fn every_option_that_cannot_be_honoured_is_refused_by_name() {
        for name in NAMES {
            let text = refusal(&json!({name: "hunter2"})).unwrap_or_default();
            assert!(
                text.starts_with(&format!("instances[0].{name}: not supported; ")),
                "{text}"
            );
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn other_ways_to_sign_in_are_refused_with_what_to_use() {
        for kind in ["digest", "ntlm", "kerberos", "aws"] {
            let text = refusal(&json!({"auth_type": kind})).unwrap_or_default();
            assert!(
                text.contains(&format!("`{kind}` is not supported; use")),
                "{text}"
            );
        }
        assert!(refusal(&json!({"auth_type": "magic"})).is_some());
    }

    #[test]
    fn what_says_nothing_but_the_default_is_accepted() {
        for name in NAMES {
            assert_eq!(refusal(&json!({name: null})), None, "{name}");
            assert_eq!(refusal(&json!({name: false})), None, "{name}");
        }
        let defaults = json!({
            "auth_type": "basic",
            "kerberos_auth": "disabled",
            "tls_ciphers": ["ALL"],
            "tls_protocols_allowed": ["SSLv3", "TLSv1.2", "TLSv1.3"],
        });
        assert_eq!(refusal(&defaults), None);
    }

    #[test]
    fn fewer_protocols_than_are_offered_are_refused() {
        let fewer = json!({"tls_protocols_allowed": ["TLSv1.3"]});
        assert!(refusal(&fewer).is_some());
    }
}
