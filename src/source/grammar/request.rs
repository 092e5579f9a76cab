//! The request of a source, and how its credentials are presented.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::terms::{Place, Terms};
use super::values::required_scalar;
use crate::error::Result;
use crate::source::{Auth, Template, address, template};
use crate::written::{Fields, Written};

/// The request, each template in it checked.
pub(super) fn template(written: &Written, terms: &Terms) -> Result<Template> {
    let fields = written.fields(&["method", "path", "headers", "query", "body"])?;
    let post = fields
        .at("method")
        .word(&[("GET", false), ("POST", true)])?
        .unwrap_or(false);
    Ok(Template {
        post,
        path: path(&fields, terms)?,
        headers: headers(&fields.at("headers"), terms)?,
        query: query(&fields.at("query"), terms)?,
        body: body(&fields.at("body"), post, terms)?,
    })
}

fn path(fields: &Fields, terms: &Terms) -> Result<String> {
    let path = fields.required("path")?;
    let value = fields.at("path");
    if path.contains(['?', '#']) {
        return Err(value.problem("parameters go under `request.query`, not into the path"));
    }
    if path.contains("://") {
        return Err(value.problem("expected what comes after `base_url`, found a whole URL"));
    }
    terms.template(&value, &path, Place::Url)?;
    Ok(path)
}

fn headers(written: &Written, terms: &Terms) -> Result<BTreeMap<String, String>> {
    let headers = written.texts()?;
    let fields = written.any_fields()?;
    for (name, text) in &headers {
        let value = fields.at(name);
        if !address::is_header_name(name) {
            return Err(value.problem("this is not the name of a header"));
        }
        if text.chars().any(char::is_control) {
            return Err(value.problem("a header holds no line breaks or other control characters"));
        }
        terms.template(&value, text, Place::Inside)?;
    }
    Ok(headers)
}

fn query(written: &Written, terms: &Terms) -> Result<BTreeMap<String, String>> {
    let query = written.texts()?;
    let fields = written.any_fields()?;
    for (name, text) in &query {
        terms.template(&fields.at(name), text, Place::Query)?;
    }
    Ok(query)
}

fn body(written: &Written, post: bool, terms: &Terms) -> Result<Value> {
    let fields = written.any_fields()?;
    if !post && fields.keys().next().is_some() {
        return Err(written.problem("a body needs `request.method: POST`"));
    }
    terms.templates_within(written, Place::Inside)?;
    if written.is_absent() {
        return Ok(Value::Object(Map::new()));
    }
    Ok(written.value.clone())
}

/// How the credentials are presented, beyond headers.
pub(super) fn auth(
    written: &Written,
    headers: &BTreeMap<String, String>,
    terms: &Terms,
) -> Result<Auth> {
    let fields = written.fields(&["oauth2", "basic"])?;
    let (oauth2, basic) = (fields.at("oauth2"), fields.at("basic"));
    if oauth2.is_absent() && basic.is_absent() {
        return Ok(Auth::Headers);
    }
    if !oauth2.is_absent() && !basic.is_absent() {
        return Err(written.problem("expected one of oauth2, basic, found both"));
    }
    if headers
        .keys()
        .any(|name| name.eq_ignore_ascii_case("authorization"))
    {
        return Err(
            written.problem("`request.headers` sets Authorization too; one of the two has to go")
        );
    }
    if basic.is_absent() {
        return client_credentials(&oauth2, terms);
    }
    let pair = basic.fields(&["username", "password"])?;
    terms.templates_within(&basic, Place::Inside)?;
    Ok(Auth::Basic {
        username: required_scalar(&pair, "username")?,
        // A key as the user name and no password is common.
        password: pair.at("password").scalar()?.unwrap_or_default(),
    })
}

fn client_credentials(written: &Written, terms: &Terms) -> Result<Auth> {
    let fields = written.fields(&[
        "token_url",
        "client_id",
        "client_secret",
        "scope",
        "audience",
        "extra",
    ])?;
    let token_url = fields.required("token_url")?;
    terms.template(&fields.at("token_url"), &token_url, Place::Url)?;
    web_address(&fields.at("token_url"), &token_url)?;
    terms.templates_within(written, Place::Inside)?;
    Ok(Auth::OAuth2 {
        token_url,
        client_id: required_scalar(&fields, "client_id")?,
        client_secret: required_scalar(&fields, "client_secret")?,
        scope: fields.at("scope").scalar()?,
        audience: fields.at("audience").scalar()?,
        extra: fields.at("extra").texts()?,
    })
}

/// A template that becomes an http or https URL, as far as can be told before it is filled in.
pub(super) fn web_address(value: &Written, text: &str) -> Result<()> {
    let stand_in = template::filled(text, |_| Some("x")).unwrap_or_default();
    crate::source::request::web_address(&stand_in)
        .map(|_| ())
        .map_err(|problem| value.problem(problem))
}
