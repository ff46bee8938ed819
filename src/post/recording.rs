//! Takes: what was spoken and what was heard in a scenario, kept as evidence beside the journal.
//!
//! Knows nothing of files.

use super::{Post, Result};
use crate::bench::Moment;
use crate::instrument::operator::{CallEvent, CallId};
use std::time::Duration;

/// No scenario keeps more than so many takes, so that a night of presses does not fill a disk.
const MOST_TAKES: usize = 16;
/// Of what was heard in whole calls, only the last so many: of earlier ones the operator's desk need not know any more.
const MOST_CALLS: usize = 3;

/// The operator's headset is behind the present by its playout delay.
const PLAYOUT_LAG: Duration = Duration::from_millis(100);

/// A stretch of sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Where it was spoken or heard: `mouth`, `ear`, `operator-hears`, `operator-speaks`, with a number.
    pub name: String,
    /// In words, for the journal.
    pub what: String,
    pub rate: u32,
    pub samples: Vec<f32>,
}

impl Post {
    pub(super) fn keep(&mut self, name: &str, what: &str, rate: u32, samples: &[f32]) {
        if self.takes.len() < MOST_TAKES {
            let name = format!("{:02}-{name}", self.takes.len() + 1);
            self.takes.push(Recording { name, what: what.into(), rate, samples: samples.to_vec() });
        }
    }

    /// Hands over the takes of this scenario, with what the operator heard of its last calls from beginning to end.
    pub fn take_takes(&mut self) -> Result<Vec<Recording>> {
        let now = self.bench.now();
        let calls = self.confirmed_calls();
        for call in calls.into_iter().rev().take(MOST_CALLS) {
            let known = self.bench.record.call(call);
            let from = known.and_then(|call| call.confirmed);
            let until = known.and_then(|call| call.ended).map(|(ended, _)| ended);
            // What the reference playout has not played yet has not been heard.
            let until = until.map_or(now, Moment::instant).min(now - PLAYOUT_LAG);
            let Some(from) = from.map(Moment::instant).filter(|from| *from < until) else { continue };
            let heard = self.bench.operator_record(call, from, until)?;
            let what = format!("call {}, all that the operator heard", call.0);
            self.keep("call", &what, heard.rate.round() as u32, &heard.samples);
        }
        Ok(std::mem::take(&mut self.takes))
    }

    fn confirmed_calls(&self) -> Vec<CallId> {
        let events = self.bench.record.calls_since(self.began);
        events
            .filter_map(|event| match event.value {
                CallEvent::Confirmed { call } => Some(call),
                _ => None,
            })
            .collect()
    }
}
