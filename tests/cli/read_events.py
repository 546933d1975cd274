"""What TensorBoard's own reader finds in the event files of a run directory, as one JSON object."""
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0, "tensors": 0, "histograms": 0},
                          purge_orphaned_data=False)
events.Reload()
tags = events.Tags()


def hparams(tag: str) -> plugin_data_pb2.HParamsPluginData:
    content = events.SummaryMetadata("_hparams_/" + tag).plugin_data.content
    return plugin_data_pb2.HParamsPluginData.FromString(content)


print(json.dumps({
    "scalars": {tag: [[one.step, one.value] for one in events.Scalars(tag)] for tag in tags["scalars"]},
    "images": {tag: [[one.step, one.width, one.height, one.encoded_image_string[1:4].decode()]
                     for one in events.Images(tag)] for tag in tags["images"]},
    "histograms": {tag: [[one.step, one.histogram_value.num, sum(one.histogram_value.bucket)]
                         for one in events.Histograms(tag)] for tag in tags["distributions"]},
    "texts": {tag: [one.tensor_proto.string_val[0].decode() for one in events.Tensors(tag)]
              for tag in tags["tensors"] if events.SummaryMetadata(tag).plugin_data.plugin_name == "text"},
    "options": {name: value.string_value or value.number_value or value.bool_value
                for name, value in hparams("session_start_info").session_start_info.hparams.items()},
    "measures": [one.name.tag for one in hparams("experiment").experiment.metric_infos],
    "status": hparams("session_end_info").session_end_info.status,
}))
