//! The bench behind the post: proved before a scenario, proved again before the post is condemned, and made safe.

use super::{Fault, Post, Result};
use crate::bench::Circuit;
use crate::clock::Instant;
use crate::journal::SafeCheck;
use crate::twin::Twin;

impl Post {
    /// Is the bench where it should be before a scenario begins? The sound card is measured before the first one.
    pub fn prove_bench(&mut self) -> Result<()> {
        self.bench.prove_safe_state::<Fault>()?;
        if !self.is_calibrated {
            self.bench.calibrate_card::<Fault>()?;
            self.is_calibrated = true;
        }
        self.prove_desk()
    }

    /// Before it stands that the post was found wanting, the bench proves itself again.
    pub fn prove_bench_again(&mut self) -> Result<()> {
        self.bench.collect()?;
        self.prove_desk()?;
        self.bench.prove_ears::<Fault>()?;
        let wiring = &self.bench.rig.wiring;
        let has_hands = [&wiring.button, &wiring.mains, &wiring.fibre].iter().all(|switch| switch.is_some());
        let has_ends = wiring.operator.is_some() && wiring.probe.is_some();
        if has_hands && has_ends { self.prove_hands_once() } else { Ok(()) }
    }

    fn prove_desk(&mut self) -> Result<()> {
        if self.bench.rig.wiring.operator.is_some() { self.prove_operator() } else { Ok(()) }
    }

    /// The operator's own side answers a request sent to itself.
    pub fn prove_operator(&mut self) -> Result<()> {
        self.bench.prove_operator()
    }

    /// The button's contact follows its commands. The post must be without power, or it would take this for a press.
    pub fn prove_button(&mut self) -> Result<()> {
        self.bench.prove_button()
    }

    /// The bench's own ears, mouth and loop-back; the loop-back's result also goes into the uncertainty budget.
    pub fn bench_hears_itself(&mut self) -> Result<()> {
        self.bench.calibrate_card::<Fault>()?;
        self.bench.prove_ears()
    }

    /// Brings the bench to the state that harms nobody and says what was read back.
    pub fn make_safe(&mut self) -> Vec<SafeCheck> {
        let mut checks = self.bench.make_safe();
        checks.extend(self.make_settings_safe());
        checks
    }

    /// Reads a circuit back by its sense input.
    pub fn is_closed(&mut self, circuit: Circuit) -> Result<bool> {
        self.bench.is_closed(circuit)
    }

    pub fn now(&self) -> Instant {
        self.bench.now()
    }

    /// The virtual post, where the bench stands on one: for proofs that hold figures against the truth, never for measuring.
    pub fn twin(&self) -> Option<&Twin> {
        self.bench.twin()
    }
}
