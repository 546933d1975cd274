"""The other side of eval.py: FID, KID, precision and recall of two folders of pictures by the package torch-fidelity.

  pip install torch-fidelity
  fidelity.py MADE REAL --network features.pt --threads 2                 a TorchScript file, resized as torch-fidelity does
  fidelity.py MADE REAL --weights inception.pth --threads 2               its own Inception with these weights

One JSON line. Everything else is as the package has it: batches of 64, pictures decoded by four workers.
"""
import argparse
import json


def measure(arguments: argparse.Namespace) -> dict[str, float]:
    import torch
    import torch_fidelity
    from torch_fidelity.feature_extractor_base import FeatureExtractorBase
    from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x as resize

    class Script(FeatureExtractorBase):
        """What dcgan reads, too."""

        def __init__(self, name, features_list, **_):
            super().__init__(name, features_list)
            self.module = torch.jit.load(arguments.network).eval()

        @staticmethod
        def get_provided_features_list():
            return ("features",)

        @staticmethod
        def get_default_feature_layer_for_metric(_):
            return "features"

        def forward(self, images):
            images = resize(images.float(), size=(arguments.side, arguments.side), align_corners=False)
            return (self.module(images, return_features=True),)

    torch.set_num_threads(arguments.threads)
    if arguments.network:
        torch_fidelity.register_feature_extractor("script", Script)
        which = {"feature_extractor": "script", "feature_layer_fid": "features", "feature_layer_kid": "features",
                 "feature_layer_prc": "features"}
    else:
        which = {"feature_extractor": "inception-v3-compat", "feature_extractor_weights_path": arguments.weights,
                 "feature_layer_prc": "2048"}
    found = torch_fidelity.calculate_metrics(input1=arguments.made, input2=arguments.real, cuda=False, fid=True, kid=True,
                                             prc=True, cache=False, verbose=False, kid_subset_size=arguments.subset,
                                             samples_find_deep=False, **which)
    return {"fid": found["frechet_inception_distance"], "kid": found["kernel_inception_distance_mean"],
            "precision": found["precision"], "recall": found["recall"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("made")
    parser.add_argument("real")
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--network", help="a TorchScript file with return_features")
    either.add_argument("--weights", help="a state dict of the Inception of FID")
    parser.add_argument("--side", type=int, default=299, help="of the images that --network gets")
    parser.add_argument("--subset", type=int, default=1000, help="pictures of a subset of KID")
    parser.add_argument("--threads", type=int, default=2)
    print(json.dumps(measure(parser.parse_args())))


if __name__ == "__main__":
    main()
