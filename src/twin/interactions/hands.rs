//! What a person before the post does.

use crate::twin::bench::wiring::HAND;
use crate::twin::kernel::world::World;
use crate::twin::street::hand::ManualAction;

impl World {
    pub(in crate::twin) fn done_by_hand(&mut self, deed: ManualAction) {
        match deed {
            ManualAction::Button(closed) => self.button(HAND, closed),
            ManualAction::Fibre(plugged) => self.light(HAND, plugged),
            ManualAction::Mains(on) => self.mains(on),
        }
    }
}
