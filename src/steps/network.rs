//! Phrases about the network round the post: addresses (DHCP), names (DNS), the time (NTP).

use super::World;
use super::bound::at_most;
use super::phrase::{Kind, Phrase, minutes, seconds};
use crate::rig::Role::{AddressServer, NameServer, Operator, Supervision, TimeServer};

/// A deed at one of the services.
const fn deed(en: &'static str, pl: &'static str, needs: &'static [crate::rig::Role], run: Deed) -> Phrase<World> {
    Phrase { kind: Kind::When, en, pl, judges: None, needs, within: seconds(5), run }
}

type Deed = fn(&mut World, &super::phrase::Args) -> Result<(), crate::post::Fault>;

pub const PHRASES: &[Phrase<World>] = &[
    deed("the DHCP server stops answering", "serwer DHCP przestaje odpowiadać", &[AddressServer], |w, _| {
        w.post().silence_address_server()
    }),
    deed("the DHCP server answers again", "serwer DHCP znów odpowiada", &[AddressServer], |w, _| {
        w.post().restore_address_server()
    }),
    deed(
        "the DHCP server gives the post another address",
        "serwer DHCP przydziela punktowi inny adres",
        &[AddressServer],
        |w, _| w.post().give_other_address(),
    ),
    deed("the DNS server stops answering", "serwer DNS przestaje odpowiadać", &[NameServer], |w, _| {
        w.post().silence_name_server()
    }),
    deed("the DNS server answers again", "serwer DNS znów odpowiada", &[NameServer], |w, _| w.post().restore_name_server()),
    deed("the DNS server answers {duration} late", "serwer DNS odpowiada z opóźnieniem {duration}", &[NameServer], |w, a| {
        w.post().delay_name_server(a.duration(0)?)
    }),
    deed(
        "the DNS server names the backup server as the main one",
        "serwer DNS wskazuje serwer zapasowy jako główny",
        &[NameServer],
        |w, _| w.post().exchange_names(),
    ),
    deed(
        "the DNS server names the main server as the main one again",
        "serwer DNS znów wskazuje serwer główny jako główny",
        &[NameServer],
        |w, _| w.post().restore_names(),
    ),
    deed("the NTP server stops answering", "serwer NTP przestaje odpowiadać", &[TimeServer], |w, _| {
        w.post().silence_time_server()
    }),
    deed(
        "the NTP server tells a time {duration} ahead",
        "serwer NTP podaje czas zawyżony o {duration}",
        &[TimeServer],
        |w, a| w.post().mislead_time_server(a.duration(0)?),
    ),
    deed("the NTP server tells the right time again", "serwer NTP znów podaje właściwy czas", &[TimeServer], |w, _| {
        w.post().restore_time_server()
    }),
    Phrase {
        kind: Kind::Then,
        en: "the post is registered from its new address at most {duration} after it was given it [T20]",
        pl: "punkt jest zarejestrowany z nowego adresu najpóźniej {duration} po jego otrzymaniu [T20]",
        judges: at_most("T20", 0),
        needs: &[AddressServer, Operator],
        within: minutes(60),
        run: |w, a| w.post().registered_from_new_address_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered at most {duration} after the DHCP server's return [T19]",
        pl: "punkt jest zarejestrowany najpóźniej {duration} po powrocie serwera DHCP [T19]",
        judges: at_most("T19", 0),
        needs: &[AddressServer, Operator],
        within: minutes(5),
        run: |w, a| w.post().registered_within_after_address_server(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered at most {duration} after the DNS server's return [T19]",
        pl: "punkt jest zarejestrowany najpóźniej {duration} po powrocie serwera DNS [T19]",
        judges: at_most("T19", 0),
        needs: &[NameServer, Operator],
        within: minutes(5),
        run: |w, a| w.post().registered_within_after_name_server(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post is registered with the server that DNS now names at most {duration} after its old answer expired [T19]",
        pl: "punkt jest zarejestrowany na wskazanym serwerze najpóźniej {duration} po utracie ważności poprzedniej odpowiedzi DNS [T19]",
        judges: at_most("T19", 0),
        needs: &[NameServer, Operator],
        within: minutes(10),
        run: |w, a| w.post().registered_with_named_server_within(a.duration(0)?),
    },
    Phrase {
        kind: Kind::Then,
        en: "the post's next message to the supervision tells the time to within {duration} [T36]",
        pl: "następny komunikat punktu do nadzoru podaje czas z błędem najwyżej {duration} [T36]",
        judges: at_most("T36", 0),
        needs: &[Supervision],
        within: minutes(5),
        run: |w, a| w.post().tells_time_within(a.duration(0)?),
    },
];
