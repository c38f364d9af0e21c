//! PEFT folders, good and bad: every bad one is refused by its code before anything is allocated for
//! it, and whatever is admitted is loaded exactly as it was written.

use crate::allocation::peak;
use crate::peft_folder::{base, peft, read_slowly};
use footnote_domain::id::Digest;
use footnote_generator::adapter::{
    Admitted, HEADER_BYTES_MOST, LoraAdapter, PeftDtype, PeftFolder, RejectCode, Rejected, admit,
    listing, load,
};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// More than any of these adapters takes.
const BYTES_MOST: u64 = 1 << 20;

/// What checking a folder may hold at once, whatever lies in it: the header and what it is parsed to,
/// the configuration likewise, and one piece of the weights.
const CHECKING_BYTES_MOST: usize = 300_000;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Admits, and loads what was admitted; both must agree, with each other and with a slow reader.
fn admit_and_load(path: &Path) -> Result<LoraAdapter, Rejected> {
    let (admitted, peak) = peak(|| admit(path, &base(), BYTES_MOST));
    assert!(peak <= CHECKING_BYTES_MOST, "{peak} bytes for {admitted:?}");
    let loaded = load(path, &base(), BYTES_MOST);
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(rejected) => {
            assert_eq!(loaded, Err(rejected.clone()));
            return Err(rejected);
        }
    };
    let (again, adapter) = loaded.expect("admitted, so it loads");
    assert_eq!(again, admitted);
    assert_eq!((adapter.digest, adapter.base_digest), (admitted.digest, Some(base().digest)));
    check_numbers(path, &admitted, &adapter);
    Ok(adapter)
}

fn check_numbers(path: &Path, admitted: &Admitted, adapter: &LoraAdapter) {
    let slowly = read_slowly(path);
    assert_eq!(slowly.len(), 2 * adapter.sites.len());
    let mut bytes = 0;
    for (site, pair) in &adapter.sites {
        let of = |factor: &str| {
            &slowly[&format!("base_model.model.{}.lora_{factor}.weight", site.module_name())]
        };
        // By bits: −0 is not 0, and nothing is NaN.
        let bits = |numbers: &[f32]| numbers.iter().map(|one| one.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&pair.a), bits(of("A")));
        assert_eq!(bits(&pair.b), bits(of("B")));
        bytes += 4 * (pair.a.len() + pair.b.len()) as u64;
    }
    assert_eq!(admitted.bytes, bytes, "as planned");
}

fn check(change: impl FnOnce(&mut PeftFolder), code: RejectCode) {
    let folder = folder();
    let mut peft = peft(PeftDtype::F32, 1);
    change(&mut peft);
    peft.write(folder.path()).expect("written");
    let rejected = admit_and_load(folder.path()).expect_err(code.as_str());
    assert_eq!(rejected.code, code, "{rejected}");
}

#[test]
fn every_format_is_loaded_as_it_was_written() {
    for dtype in [PeftDtype::F32, PeftDtype::F16, PeftDtype::Bf16] {
        let folder = folder();
        peft(dtype, 7).write(folder.path()).expect("written");
        let adapter = admit_and_load(folder.path()).expect("a good adapter");
        assert_eq!((adapter.rank, adapter.scale, adapter.sites.len()), (4, 2.0, 6));
        let copy = PeftFolder::of(&adapter, dtype);
        assert_eq!(copy.tensors, peft(dtype, 7).tensors, "saved again");
    }
}

#[test]
fn the_digest_is_that_of_the_listing_of_both_files() {
    let folder = folder();
    peft(PeftDtype::F32, 1).write(folder.path()).expect("written");
    fs::write(folder.path().join("README.md"), "a card").expect("written");
    let admitted = admit(folder.path(), &base(), BYTES_MOST).expect("admitted");
    let line = |name: &str| {
        let bytes = fs::read(folder.path().join(name)).expect("readable");
        format!("{} {} {name}\n", Digest::of(&[&bytes]), bytes.len())
    };
    let names = ["adapter_config.json", "adapter_model.safetensors"];
    let wanted = format!("footnote-adapter/1\n{}{}", line(names[0]), line(names[1]));
    assert_eq!(listing(&admitted.files), wanted);
    assert_eq!(admitted.digest, Digest::of(&[wanted.as_bytes()]));
    fs::write(folder.path().join("README.md"), "another card").expect("written");
    let again = admit(folder.path(), &base(), BYTES_MOST).expect("admitted");
    assert_eq!(again.digest, admitted.digest, "a card is no part of it");
}

#[test]
fn scales_of_single_sites_are_in_their_b() {
    let folder = folder();
    let mut peft = peft(PeftDtype::F32, 3);
    peft.options.insert("alpha_pattern".into(), json!({"layers.1.self_attn.q_proj": 16}));
    peft.write(folder.path()).expect("written");
    let slowly = read_slowly(folder.path());
    let (_, adapter) = load(folder.path(), &base(), BYTES_MOST).expect("admitted");
    for (site, pair) in &adapter.sites {
        let name = format!("base_model.model.{}.lora_B.weight", site.module_name());
        let twice = if site.module_name().contains("1.self_attn.q_proj") { 2.0 } else { 1.0 };
        let wanted: Vec<f32> = slowly[&name].iter().map(|number| number * twice).collect();
        assert_eq!(pair.b, wanted, "{name}");
    }
}

#[test]
fn tensors_that_do_not_fit_have_their_codes() {
    use RejectCode as Code;
    check(|peft| drop(peft.tensors.pop()), Code::UnpairedTensor);
    check(|peft| drop(peft.tensors.remove(0)), Code::UnpairedTensor);
    check(|peft| peft.tensors.clear(), Code::NoTensors);
    check(|peft| peft.tensors[0].shape.swap(0, 1), Code::WrongShape);
    check(|peft| peft.tensors[0].shape.push(1), Code::WrongShape);
    check(|peft| drop(peft.options.insert("r".into(), json!(8))), Code::WrongShape);
    check(|peft| drop(peft.options.insert("r".into(), json!(10_000))), Code::RankTooLarge);
    check(
        |peft| drop(peft.options.insert("target_modules".into(), json!(["q_proj"]))),
        Code::UnknownTensor,
    );
    let all = json!(["q_proj", "v_proj", "down_proj", "up_proj"]);
    check(|peft| drop(peft.options.insert("target_modules".into(), all)), Code::NoTensors);
    let other = Digest::of(&[b"another base"]);
    check(
        |peft| drop(peft.options.insert("footnote_base_digest".into(), json!(other))),
        Code::WrongBase,
    );
    check(|peft| peft.tensors[2].dtype = "I32".into(), Code::BadDtype);
    check(|peft| peft.tensors[2].dtype = "F16".into(), Code::BadHeader);
    let renamed =
        |name: &'static str| move |peft: &mut PeftFolder| peft.tensors[1].name = name.to_owned();
    check(renamed("base_model.model.model.embed_tokens.lora_embedding_A"), Code::EmbeddingTarget);
    check(renamed("base_model.model.lm_head.modules_to_save.weight"), Code::ModulesToSave);
    check(
        renamed("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector"),
        Code::Dora,
    );
    check(
        renamed("base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight"),
        Code::UnknownTensor,
    );
    check(renamed("../../../etc/passwd"), Code::UnknownTensor);
    for bits in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        check(
            |peft| {
                let last = peft.tensors.last_mut().expect("tensors");
                let end = last.bytes.len() - 4;
                last.bytes[end..].copy_from_slice(&bits.to_le_bytes());
            },
            Code::NotFinite,
        );
    }
}

#[test]
fn a_budget_is_held_to_before_anything_is_read() {
    let folder = folder();
    let peft = peft(PeftDtype::F32, 1);
    peft.write(folder.path()).expect("written");
    let needed: u64 = peft.tensors.iter().map(|tensor| tensor.bytes.len() as u64).sum();
    assert!(admit(folder.path(), &base(), needed).is_ok());
    let (rejected, peak) = peak(|| load(folder.path(), &base(), needed - 1));
    assert_eq!(rejected.expect_err("one byte too many").code, RejectCode::TooLarge);
    assert!(peak < 64 * 1024, "not even one piece of the weights was held: {peak}");
}

#[test]
fn folders_that_are_more_than_an_adapter_are_refused() {
    let check = |name: &str, code: RejectCode| {
        let folder = folder();
        peft(PeftDtype::F32, 1).write(folder.path()).expect("written");
        fs::write(folder.path().join(name), "x").expect("written");
        assert_eq!(admit_and_load(folder.path()).expect_err(name).code, code, "{name}");
    };
    check("adapter_model.bin", RejectCode::PickledWeights);
    check("optimizer.PT", RejectCode::PickledWeights);
    check("weights.zip", RejectCode::Archive);
    check("weights.tar.gz", RejectCode::Archive);
    check("model-00001-of-00002.safetensors", RejectCode::UnexpectedEntry);
    let folder = folder();
    let path = folder.path();
    assert_eq!(admit_and_load(path).expect_err("empty").code, RejectCode::MissingFile);
    let missing = admit_and_load(&path.join("nothing")).expect_err("missing");
    assert_eq!(missing.code, RejectCode::NotAFolder);
    peft(PeftDtype::F32, 1).write(path).expect("written");
    fs::create_dir(path.join("inner")).expect("made");
    assert_eq!(admit_and_load(path).expect_err("inner").code, RejectCode::UnexpectedEntry);
    fs::remove_dir(path.join("inner")).expect("removed");
    let long = vec![b' '; (1 << 18) + 1];
    fs::write(path.join("adapter_config.json"), long).expect("written");
    assert_eq!(admit_and_load(path).expect_err("long").code, RejectCode::ConfigTooLarge);
}

#[test]
fn links_are_never_followed() {
    let (outside, inside) = (folder(), folder());
    peft(PeftDtype::F32, 1).write(outside.path()).expect("written");
    peft(PeftDtype::F32, 1).write(inside.path()).expect("written");
    for name in ["adapter_config.json", "adapter_model.safetensors", "README.md"] {
        let path = inside.path().join(name);
        let kept = fs::read(&path).ok();
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink(outside.path().join(name), &path).expect("linked");
        assert_eq!(admit_and_load(inside.path()).expect_err(name).code, RejectCode::Symlink);
        fs::remove_file(&path).expect("removed");
        if let Some(bytes) = kept {
            fs::write(&path, bytes).expect("written");
        }
    }
    assert!(admit_and_load(inside.path()).is_ok());
}

#[test]
fn a_header_of_a_gigabyte_costs_nothing() {
    let folder = folder();
    peft(PeftDtype::F32, 1).write(folder.path()).expect("written");
    let weights = folder.path().join("adapter_model.safetensors");
    // Sparse: two gigabytes that no disk has to hold.
    let file = fs::File::create(&weights).expect("made");
    std::io::Write::write_all(&mut &file, &(1u64 << 30).to_le_bytes()).expect("written");
    file.set_len(2 << 30).expect("sparse");
    let (rejected, held) = peak(|| admit(folder.path(), &base(), BYTES_MOST));
    assert_eq!(rejected.expect_err("a gigabyte").code, RejectCode::HeaderTooLarge);
    assert!(held < 64 * 1024, "{held}");
    // The longest header that is read at all, full of the smallest tensors.
    let entry = |at: usize| {
        let from = at * 4;
        format!(
            "\"{at}\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[{from},{}]}},",
            from + 4
        )
    };
    let mut header = "{".to_owned();
    for at in 0.. {
        let next = entry(at);
        if header.len() + next.len() >= HEADER_BYTES_MOST as usize {
            break;
        }
        header.push_str(&next);
    }
    header.replace_range(header.len() - 1.., "}");
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend(vec![0; header.matches("F32").count() * 4]);
    fs::write(&weights, bytes).expect("written");
    let (rejected, held) = peak(|| admit(folder.path(), &base(), BYTES_MOST));
    assert_eq!(rejected.expect_err("strangers").code, RejectCode::UnknownTensor);
    assert!(held < 16 * HEADER_BYTES_MOST as usize, "{held}");
}

/// One random damage to a folder.
fn damage(path: &Path, random: &mut StdRng) {
    let file = path.join(if random.random_bool(0.7) {
        "adapter_model.safetensors"
    } else {
        "adapter_config.json"
    });
    let mut bytes = fs::read(&file).expect("readable");
    for _ in 0..random.random_range(1..4) {
        // The head of a file decides most: half of the damage goes there.
        let until = if random.random_bool(0.5) { bytes.len().min(2_000) } else { bytes.len() };
        let at = random.random_range(0..until.max(1));
        match random.random_range(0..7) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at.min(bytes.len()), random.random()),
            2 if at < bytes.len() => bytes.drain(at..=at).for_each(drop),
            3 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            4 if at < bytes.len() => {
                bytes[at] = *b"0123456789-,[]{}\"".get(random.random_range(0..17)).expect("one")
            }
            5 => bytes.splice(0..bytes.len().min(8), random.random::<[u8; 8]>()).for_each(drop),
            _ => {
                let piece: Vec<u8> =
                    bytes[at.min(bytes.len())..].iter().copied().take(64).collect();
                bytes.extend(piece);
            }
        }
    }
    fs::write(&file, bytes).expect("written");
}

#[test]
fn damaged_folders_are_refused_or_loaded_exactly() {
    let (mut refused, mut loaded) = (std::collections::BTreeMap::new(), 0);
    let folder = folder();
    for seed in 0..4_000 {
        let mut random = StdRng::seed_from_u64(seed);
        let dtype = [PeftDtype::F32, PeftDtype::F16, PeftDtype::Bf16][seed as usize % 3];
        peft(dtype, seed % 5).write(folder.path()).expect("written");
        damage(folder.path(), &mut random);
        match admit_and_load(folder.path()) {
            Ok(_) => loaded += 1,
            Err(rejected) => *refused.entry(rejected.code()).or_insert(0) += 1,
        }
    }
    // Both happen, or the damage proves nothing.
    assert!(loaded > 40 && refused.len() > 7, "{loaded} loaded, refused {refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn bytes_of_any_kind_are_refused(
        config in prop::collection::vec(any::<u8>(), 0..300),
        weights in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let folder = folder();
        peft(PeftDtype::F32, 1).write(folder.path()).expect("written");
        fs::write(folder.path().join("adapter_model.safetensors"), &weights).expect("written");
        prop_assert!(admit_and_load(folder.path()).is_err());
        fs::write(folder.path().join("adapter_config.json"), &config).expect("written");
        prop_assert!(admit_and_load(folder.path()).is_err());
    }

    #[test]
    fn headers_of_any_kind_are_refused(
        dtype in "F32|F16|BF16|I8|U64|BOOL|F8_E4M3||[a-z]{1,9}",
        shape in prop::collection::vec(any::<u64>(), 0..5),
        offsets in any::<[u64; 2]>(),
        data in 0usize..64,
    ) {
        let name = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
        let header = json!({name: {"dtype": dtype, "shape": shape, "data_offsets": offsets}});
        let header = Value::to_string(&header).into_bytes();
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.resize(bytes.len() + data, 0);
        let folder = folder();
        peft(PeftDtype::F32, 1).write(folder.path()).expect("written");
        fs::write(folder.path().join("adapter_model.safetensors"), bytes).expect("written");
        prop_assert!(admit_and_load(folder.path()).is_err());
    }
}
