//! The destination asked: is the key one, and is an event taken?

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::facts::Delivered;
use crate::config::{Config, Destination};
use crate::deliver::datadog::{Intake, Options, Verdict};
use crate::fetch::Reality;
use crate::time::Time;

/// The tag by which a person finds the event, and can leave it out.
const TAG: &str = "logwalk_test:true";

/// Asks the destination, where it is one that answers.
pub(super) fn tried(config: &Config, now: Time, patience: Duration) -> Option<Delivered> {
    let Destination::Datadog(options) = &config.destination else {
        return None;
    };
    let event = event(config, now);
    let told = options.site.told.clone();
    let options = options.clone();
    let around = Reality::default();
    let cancel = around.cancel.clone();
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        let _ = tell.send(asked(&options, told, &event, &around));
    });
    match heard.recv_timeout(patience) {
        Err(RecvTimeoutError::Timeout) => {
            cancel.raise();
            // A request that is called off ends within a moment.
            heard.recv().ok()
        }
        other => other.ok(),
    }
}

fn asked(options: &Options, told: String, event: &Value, around: &Reality) -> Delivered {
    let intake = match Intake::new(options).and_then(|intake| intake.prepare().map(|()| intake)) {
        Ok(intake) => intake,
        Err(error) => {
            return Delivered {
                told,
                key: Err(error),
                event: None,
            };
        }
    };
    let key = intake.validate(around);
    let refused = !matches!(key, Some(Verdict::Accepted | Verdict::Again { .. }));
    let event = if refused {
        None
    } else {
        intake.try_log(event, around)
    };
    Delivered {
        told,
        key: Ok(key),
        event,
    }
}

/// An event that says what it is, where the stream's own logs would be.
fn event(config: &Config, now: Time) -> Value {
    let named = |key: &str| {
        let text = config.log.get(key).and_then(Value::as_str);
        text.map(|text| config.filling.filled(text))
    };
    let mut tags = config.tags.clone();
    tags.push(TAG.to_owned());
    json!({
        "timestamp": now.0,
        "status": "info",
        "ddsource": named("source"),
        "service": config.service.clone().or_else(|| named("service")),
        "ddtags": tags.join(","),
        "message": format!("logwalk test of {}: this destination takes logs", config.label()),
        "logwalk": {
            "id": format!("logwalk-test-{}", now.0),
            "source": config.source.name,
            "event_time": now.to_string(),
        },
    })
}
