//! The logs that the vendors keep.

use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// One log of one vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Agent Handler's tool calls.
    ToolCalls,
    /// Agent Handler's outbound API calls.
    ApiCalls,
    /// Agent Handler's audit trail.
    AuditLog,
    /// Datadog's audit trail.
    DatadogAudit,
    /// Datadog's logs.
    DatadogLogs,
}

impl Stream {
    /// Every log there is.
    pub const ALL: [Self; 5] = [
        Self::ToolCalls,
        Self::ApiCalls,
        Self::AuditLog,
        Self::DatadogAudit,
        Self::DatadogLogs,
    ];

    /// The name it goes by at the admin endpoints: that of its source in the catalogue.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ToolCalls => "agent_handler/tool_calls",
            Self::ApiCalls => "agent_handler/api_calls",
            Self::AuditLog => "agent_handler/audit_log",
            Self::DatadogAudit => "datadog/audit",
            Self::DatadogLogs => "datadog/logs",
        }
    }

    /// The stream of that name; the vendor may be left out where it is clear.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stream| {
            let full = stream.name();
            full == name || full.split_once('/').is_some_and(|(_, short)| short == name)
        })
    }

    /// Where it is asked for.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::ToolCalls => "/api/v1/logs/tool-calls/",
            Self::ApiCalls => "/api/v1/logs/api-calls/",
            Self::AuditLog => "/api/v1/audit-log/",
            Self::DatadogAudit => "/api/v2/audit/events",
            Self::DatadogLogs => "/api/v2/logs/events",
        }
    }

    /// How long the vendor keeps a record.
    #[must_use]
    pub fn retention(self) -> Duration {
        match self {
            Self::ToolCalls | Self::ApiCalls => 30 * DAY,
            Self::AuditLog => 365 * DAY,
            Self::DatadogAudit => 90 * DAY,
            Self::DatadogLogs => 15 * DAY,
        }
    }

    /// The number that gives each stream a chance of its own.
    pub(crate) fn salt(self) -> u64 {
        match self {
            Self::ToolCalls => 1,
            Self::ApiCalls => 2,
            Self::AuditLog => 3,
            Self::DatadogAudit => 4,
            Self::DatadogLogs => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_found_by_its_name_with_or_without_the_vendor() {
        for stream in Stream::ALL {
            assert_eq!(Stream::named(stream.name()), Some(stream));
        }
        assert_eq!(Stream::named("tool_calls"), Some(Stream::ToolCalls));
        assert_eq!(Stream::named("tool"), None);
    }
}
