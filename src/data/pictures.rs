/// Red, green, blue.
pub const COLOURS: usize = 3;

/// Small labelled pictures in memory, all of one size, as many as have arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pictures {
    pub height: usize,
    pub width: usize,
    /// `[n, height, width, 3]`: red, green and blue, 0 to 255.
    pub pixels: Vec<u8>,
    /// `[n]`: places among the names of the classes.
    pub labels: Vec<u8>,
}

impl Pictures {
    /// None yet, of this size.
    pub fn new(height: usize, width: usize) -> Self {
        Self { height, width, pixels: Vec::new(), labels: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Bytes of one picture.
    pub fn stride(&self) -> usize {
        self.height * self.width * COLOURS
    }

    /// `[height, width, 3]` of one picture.
    ///
    /// # Panics
    /// When there is no such picture.
    pub fn image(&self, index: usize) -> &[u8] {
        let stride = self.stride();
        &self.pixels[index * stride..][..stride]
    }

    /// Appends pictures `[m, height, width, 3]` and their labels `[m]`.
    ///
    /// # Panics
    /// When there is not one label for each picture of this size.
    pub fn push(&mut self, pixels: &[u8], labels: &[u8]) {
        assert_eq!(pixels.len(), labels.len() * self.stride(), "one label for each picture");
        self.pixels.extend_from_slice(pixels);
        self.labels.extend_from_slice(labels);
    }

    /// How many pictures of each of so many classes there are; labels beyond them are not counted.
    pub fn counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for &label in &self.labels {
            if let Some(count) = counts.get_mut(usize::from(label)) {
                *count += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_appended_found_and_counted() {
        let mut pictures = Pictures::new(1, 2);
        assert!(pictures.is_empty() && pictures.stride() == 6);
        pictures.push(&[1, 2, 3, 4, 5, 6], &[2]);
        pictures.push(&[7; 12], &[0, 2]);
        assert_eq!((pictures.len(), pictures.image(0), pictures.image(2)), (3, &[1, 2, 3, 4, 5, 6][..], &[7; 6][..]));
        assert_eq!((pictures.counts(3), pictures.counts(1)), (vec![1, 0, 2], vec![1]));
    }

    #[test]
    #[should_panic(expected = "one label for each picture")]
    fn labels_without_pictures_are_a_mistake() {
        Pictures::new(1, 2).push(&[1, 2, 3], &[0]);
    }
}
