//! Runs benchmarks whose figures others publish, and shows both: how far the replica's count of
//! instructions is from that of the Internet Computer's.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use chime_replica::{InstallMode, Principal, Rejection, Replica, ReplicaConfig, on_guest_stack};

/// What `benchmarks/*/canbench_results.yml` of `ic-stable-structures` 0.7.2 says.
const PUBLISHED: &[(&str, u64)] = &[
    ("btreemap_v2_insert_u64_u64", 414_580_548),
    ("btreemap_v2_insert_blob_32_128", 542_568_143),
    ("btreemap_v2_insert_blob_1024_128", 5_496_222_167),
    ("btreemap_v2_insert_principal", 503_308_324),
    ("btreemap_v2_mem_manager_insert_u64_u64", 520_545_864),
    ("btreemap_v2_get_u64_u64", 230_534_752),
    ("btreemap_v2_get_blob_32_128", 341_653_262),
    ("btreemap_v2_get_blob_1024_128", 4_457_685_507),
    ("btreemap_v2_get_principal", 356_428_202),
    ("btreemap_v2_mem_manager_get_u64_u64", 291_718_588),
    ("btreemap_v2_remove_u64_u64", 586_718_731),
    ("btreemap_v2_remove_blob_32_128", 746_608_890),
    ("btreemap_v2_remove_blob_1024_128", 7_363_800_309),
    ("btreemap_v2_remove_principal", 684_159_422),
    ("btreemap_v2_mem_manager_remove_u64_u64", 736_785_650),
    ("vec_get_blob_4", 4_824_326),
    ("vec_get_blob_32", 7_123_504),
    ("vec_get_blob_128", 19_246_661),
];

/// Measures each benchmark of a module in an empty canister and writes a table.
pub fn calibrate(module: &Path, out: &mut impl Write) -> Result<()> {
    let code = std::fs::read(module).with_context(|| module.display().to_string())?;
    writeln!(out, "| benchmark | published | ours | ratio |")?;
    writeln!(out, "| --- | ---: | ---: | ---: |")?;
    for (name, published) in PUBLISHED {
        let ours = on_guest_stack(|| run(&code, name)).map_err(|rejection| anyhow!(rejection))?;
        let ratio = ours as f64 / *published as f64;
        writeln!(out, "| {name} | {published} | {ours} | {ratio:.3} |")?;
    }
    Ok(())
}

fn run(code: &[u8], method: &str) -> Result<u64, Rejection> {
    let mut replica = Replica::new(ReplicaConfig::default());
    let anybody = Principal::anonymous();
    let id = replica.create_canister(anybody)?;
    replica.install_code(anybody, id, InstallMode::Install, code.to_vec(), Vec::new())?;
    let reply = replica.update_call(anybody, id, method, Vec::new())?;
    let bytes = reply
        .try_into()
        .expect("BUG: each benchmark replies with eight bytes");
    Ok(u64::from_le_bytes(bytes))
}
