//! `cargo xtask assets list`: what there is, what is installed, and the command for what is not.

use super::known::{Known, Published, PublishedSet};
use super::store::Store;
use crate::paths;
use anyhow::Result;
use receptive::data::{DatasetForm, InstalledDataset, InstalledNetwork, Manifest};

/// The handwritten digits, which every copy of the repository has.
const MNIST: &str = "datasets/mnist/";

/// Prints the tables.
///
/// # Errors
/// When the list or a manifest is broken.
pub fn run() -> Result<()> {
    let shipped = Store::new(paths::public()).manifest()?;
    let own = Store::new(paths::assets()).manifest()?;
    print!("{}", tables(&Known::read()?, &shipped, &own));
    Ok(())
}

fn tables(known: &Known, shipped: &Manifest, own: &Manifest) -> String {
    let stores = [("here", own), ("in the repository", shipped)];
    let mut networks = vec![row(["name", "network", "top-1 / top-5", "installed", "source or command"])];
    for published in &known.checkpoints {
        networks.push(of_published(published, &stores));
    }
    let of_list = |network: &InstalledNetwork| known.checkpoints.iter().any(|c| c.name == network.name);
    for network in own.networks.iter().filter(|network| !of_list(network)) {
        let accuracy = accuracy(network.top1, network.top5);
        networks.push(row([
            &network.name,
            &network.title,
            &accuracy,
            &format!("here, {}", size(own, network.files())),
            &network.source,
        ]));
    }
    let mut datasets = vec![row(["name", "data set", "pictures", "installed", "source or command"])];
    let digits = shipped.assets.iter().filter(|asset| asset.path.starts_with(MNIST));
    let bytes: u64 = digits.map(|asset| asset.bytes).sum();
    datasets.push(row(["mnist", "MNIST", "70000", &format!("in the repository, {}", megabytes(bytes)), "shipped"]));
    for (place, manifest) in stores {
        for dataset in &manifest.datasets {
            datasets.push(of_dataset(dataset, place, manifest));
        }
    }
    let is_here = |name: &str| stores.iter().any(|(_, manifest)| manifest.datasets.iter().any(|d| d.name == name));
    datasets.extend(known.datasets.iter().filter(|published| !is_here(&published.name)).map(of_missing_set));
    let licence = known.checkpoints.first().map_or("", |first| known.licence(first));
    format!(
        "{}\nThe checkpoints are torchvision's, the accuracies those it reports. Licence: {licence}.\n\n{}\n\
         A checkpoint of your own: cargo xtask assets import --checkpoint FILE --architecture KEY --name NAME\n\
         Pictures of your own:     cargo xtask assets import --image-folder DIR --name NAME\n",
        aligned(&networks),
        aligned(&datasets)
    )
}

fn of_published(published: &Published, stores: &[(&str, &Manifest)]) -> [String; 5] {
    let found = stores.iter().find_map(|(place, manifest)| {
        let network = manifest.networks.iter().find(|network| network.name == published.name)?;
        Some((*place, *manifest, network))
    });
    let fetch = format!("cargo xtask assets fetch {}  ({})", published.name, published.remote().size());
    let (installed, top, more) = match found {
        None => ("no".to_owned(), (Some(published.top1), Some(published.top5)), fetch),
        Some((place, manifest, network)) => {
            let installed = format!("{place}, {}", size(manifest, network.files()));
            let same = network.source == published.url;
            let more = if same { network.source.clone() } else { format!("torchvision's: {fetch}") };
            (installed, (network.top1, network.top5), more)
        }
    };
    row([&published.name, &published.title, &accuracy(top.0, top.1), &installed, &more])
}

fn of_dataset(dataset: &InstalledDataset, place: &str, manifest: &Manifest) -> [String; 5] {
    let mut pictures = dataset.pictures().to_string();
    if let DatasetForm::Pixels { height, width, lossy } = dataset.form {
        let from = if lossy { ", from JPEG pictures" } else { "" };
        pictures = format!("{pictures}, {width}x{height}{from}");
    }
    let installed = format!("{place}, {}", size(manifest, dataset.files()));
    row([&dataset.name, &dataset.title, &pictures, &installed, &dataset.source])
}

fn of_missing_set(published: &PublishedSet) -> [String; 5] {
    let fetch = format!("cargo xtask assets fetch {}  ({})", published.name, published.remote().size());
    row([&published.name, &published.title, &published.pictures.to_string(), "no", &fetch])
}

fn accuracy(top1: Option<f64>, top5: Option<f64>) -> String {
    let shown = |value: Option<f64>| value.map_or("not reported".to_owned(), |value| format!("{value:.1} %"));
    if top1.is_none() && top5.is_none() { shown(None) } else { format!("{} / {}", shown(top1), shown(top5)) }
}

fn size<'a>(manifest: &Manifest, files: impl Iterator<Item = &'a String>) -> String {
    megabytes(files.filter_map(|path| manifest.find(path).ok()).map(|asset| asset.bytes).sum())
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn row(cells: [&str; 5]) -> [String; 5] {
    cells.map(str::to_owned)
}

/// Every column as wide as its widest cell.
fn aligned(rows: &[[String; 5]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use receptive::data::DatasetPart;

    #[test]
    fn says_what_is_installed_and_how_to_get_the_rest() {
        let known = Known::read().unwrap();
        let shipped = Store::new(paths::public()).manifest().unwrap();
        let none = Manifest::empty();
        let text = tables(&known, &shipped, &none);
        let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        assert!(line("alexnet").contains("56.5 % / 79.1 %  no"), "{text}");
        assert!(line("alexnet").contains("cargo xtask assets fetch alexnet  (233.087 MiB)"), "{text}");
        assert!(line("squeezenet1_1").contains("in the repository, 2.1 MB"), "{text}");
        assert!(line("mnist").contains("70000"), "{text}");
        let fetch = "cargo xtask assets fetch cifar10  (170052171 bytes)";
        assert!(line("cifar10").contains("CIFAR-10  60000") && line("cifar10").ends_with(fetch), "{text}");

        let set = |form: DatasetForm| InstalledDataset {
            name: "cifar10".to_owned(),
            title: "CIFAR-10".to_owned(),
            classes: vec!["cat".to_owned(), "dog".to_owned()],
            parts: vec![DatasetPart { name: "train".to_owned(), counts: vec![3, 4], shards: Vec::new() }],
            licence: "l".to_owned(),
            source: "this host".to_owned(),
            form,
        };
        let listed =
            |form: DatasetForm| tables(&known, &shipped, &Manifest { datasets: vec![set(form)], ..none.clone() });
        let small = |lossy| DatasetForm::Pixels { height: 32, width: 48, lossy };
        for (form, pictures) in
            [(DatasetForm::Files, "7"), (small(false), "7, 48x32"), (small(true), "7, 48x32, from JPEG pictures")]
        {
            let text = listed(form);
            assert!(text.contains(&format!("cifar10  CIFAR-10  {pictures}  ")), "{text}");
            assert!(!text.contains("fetch cifar10"), "{text}");
        }
    }
}
