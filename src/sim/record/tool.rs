//! The tools that agents call, and what they are called with.

use super::super::chance::Chance;
use super::words;
use super::written::{hex, ip, letters, number, quoted, sentence, url};

/// What an argument looks like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Id(&'static str),
    Text(u64),
    Number(u64),
    Word(&'static [&'static str]),
    Url,
    Address,
    Flag,
}

/// A tool: its name, and its arguments with their names.
pub(super) type Tool = (&'static str, &'static [(&'static str, Kind)]);

/// A connector and its tools.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connector {
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    pub(super) tools: &'static [Tool],
}

use Kind::{Address, Flag, Id, Number, Text, Url, Word};

pub(super) const CONNECTORS: &[Connector] = &[
    Connector {
        slug: "slack",
        name: "Slack",
        tools: &[
            (
                "post_message",
                &[
                    ("channel", Id("C0")),
                    ("text", Text(14)),
                    ("thread_ts", Number(1_900_000_000)),
                    ("unfurl_links", Flag),
                ],
            ),
            (
                "list_channels",
                &[("limit", Number(200)), ("exclude_archived", Flag)],
            ),
            (
                "search_messages",
                &[
                    ("query", Text(5)),
                    ("count", Number(100)),
                    ("sort", Word(&["score", "timestamp"])),
                ],
            ),
        ],
    },
    Connector {
        slug: "jira",
        name: "Jira",
        tools: &[
            (
                "create_issue",
                &[
                    ("project", Word(&["ACME", "OPS", "WEB", "SEC"])),
                    ("summary", Text(9)),
                    ("description", Text(20)),
                    ("priority", Word(&["Low", "Medium", "High"])),
                ],
            ),
            (
                "transition_issue",
                &[
                    ("issue_id", Number(99_999)),
                    ("status", Word(&["To Do", "In Progress", "Done"])),
                    ("comment", Text(12)),
                ],
            ),
        ],
    },
    Connector {
        slug: "github",
        name: "GitHub",
        tools: &[
            (
                "create_pull_request",
                &[
                    ("repo", Word(&["web", "api", "infra", "mobile"])),
                    ("title", Text(8)),
                    ("head", Id("fix-")),
                    ("body", Text(18)),
                    ("draft", Flag),
                ],
            ),
            (
                "get_file",
                &[
                    ("repo", Word(&["web", "api", "infra", "mobile"])),
                    ("url", Url),
                    ("ref", Id("")),
                ],
            ),
        ],
    },
    Connector {
        slug: "salesforce",
        name: "Salesforce",
        tools: &[
            (
                "query_records",
                &[
                    ("object", Word(&["Account", "Contact", "Opportunity"])),
                    ("where", Text(7)),
                    ("limit", Number(2_000)),
                ],
            ),
            (
                "update_opportunity",
                &[
                    ("id", Id("006")),
                    ("amount", Number(900_000)),
                    ("next_step", Text(14)),
                ],
            ),
        ],
    },
    Connector {
        slug: "google_drive",
        name: "Google Drive",
        tools: &[
            (
                "search_files",
                &[("q", Text(6)), ("page_size", Number(100)), ("shared", Flag)],
            ),
            (
                "share_file",
                &[
                    ("file_id", Id("1a")),
                    ("link", Url),
                    ("role", Word(&["reader", "writer", "commenter"])),
                    ("message", Text(15)),
                ],
            ),
        ],
    },
    Connector {
        slug: "zendesk",
        name: "Zendesk",
        tools: &[(
            "reply_ticket",
            &[
                ("ticket", Number(900_000)),
                ("body", Text(22)),
                ("public", Flag),
                ("origin_ip", Address),
            ],
        )],
    },
    Connector {
        slug: "hubspot",
        name: "HubSpot",
        tools: &[(
            "create_contact",
            &[
                ("vid", Number(90_000_000)),
                ("company", Text(3)),
                ("website", Url),
                ("notes", Text(20)),
            ],
        )],
    },
    Connector {
        slug: "snowflake",
        name: "Snowflake",
        tools: &[(
            "run_query",
            &[
                ("warehouse", Word(&["WH_S", "WH_L"])),
                ("sql", Text(18)),
                ("timeout", Number(600)),
                ("query_tag", Id("q_")),
            ],
        )],
    },
];

/// The arguments of a call, as a JSON object.
pub(super) fn arguments(chance: &mut Chance, fields: &[(&str, Kind)], out: &mut String) {
    out.push('{');
    for (at, (name, kind)) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        quoted(name, out);
        out.push(':');
        argument(chance, *kind, out);
    }
    out.push('}');
}

fn argument(chance: &mut Chance, kind: Kind, out: &mut String) {
    match kind {
        Id(prefix) => {
            out.push('"');
            out.push_str(prefix);
            letters(chance, b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 9, out);
            out.push('"');
        }
        Text(length) => {
            let mut text = String::new();
            let words = length / 2 + chance.below(length + 1);
            sentence(chance, words.max(1), &mut text);
            quoted(&text, out);
        }
        Number(end) => number(chance.below(end), out),
        Word(words) => quoted(chance.pick_skewed(words), out),
        Url => {
            out.push('"');
            url(chance, out);
            out.push('"');
        }
        Address => {
            out.push('"');
            ip(chance, out);
            out.push('"');
        }
        Flag => out.push_str(if chance.happens(0.5) { "true" } else { "false" }),
    }
}

/// What a successful call gave back: items until the text is long enough.
pub(super) fn items(chance: &mut Chance, length: usize, out: &mut String) {
    out.push_str("{\"ok\":true,\"took_ms\":");
    number(chance.latency(80.0), out);
    out.push_str(",\"items\":[");
    let mut first = true;
    while first || out.len() < length {
        if !first {
            out.push(',');
        }
        first = false;
        out.push_str("{\"id\":\"");
        hex(chance, 16, out);
        out.push_str("\",\"owner\":");
        quoted(chance.pick(words::FIRST_NAMES), out);
        out.push_str(",\"score\":");
        number(chance.unit(), out);
        out.push_str(",\"title\":");
        let left = length.saturating_sub(out.len()) as u64;
        argument(chance, Text((left / 8).clamp(2, 24)), out);
        out.push('}');
    }
    out.push_str("]}");
}
