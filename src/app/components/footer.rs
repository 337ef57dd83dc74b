use leptos::prelude::*;

/// Who made the data, under which licences, and what does not happen here.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="site-footer">
            <p>
                "Receptive is free software (MIT or Apache-2.0). Everything is computed on this device; nothing is sent anywhere."
            </p>
            <p>
                "Digits: the MNIST database of handwritten digits by Yann LeCun, Corinna Cortes and Christopher J. C. Burges (CC BY-SA 3.0). "
                "LeNet-5: LeCun, Bottou, Bengio and Haffner, “Gradient-based learning applied to document recognition”, 1998. "
                "SqueezeNet 1.1: Iandola and others, 2016, with weights trained on ImageNet."
            </p>
        </footer>
    }
}
