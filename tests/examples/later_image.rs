//! Makes the golden image of a release: `later_image MODULE RELEASE`, the module being the one of that
//! release. The story is `chime_tests::everything`, told by its own interface.

use chime_tests::golden::{self, Image};
use chime_tests::{everything, interface::Interface, reading};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let module = arguments.next().expect("the path of a module");
    let release = arguments.next().expect("the release");
    let module = std::fs::read(module).expect("a module");
    let mut world = golden::world_with(module, 0);
    everything::tell(&mut world);
    let interface = Interface::shown_by(&mut world);
    let reading = reading::read(&mut world, &interface);
    let memory = golden::memory_of(&mut world);
    Image {
        memory,
        interface,
        reading,
    }
    .keep(&release);
}
