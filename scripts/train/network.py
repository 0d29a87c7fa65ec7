"""The Fashion-MNIST network, at any width."""
from torch import nn
from torch.nn import functional

from quant import ActQuant, AddQuant, QuantConv, QuantLinear, QuantNet

LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "fc")


class Net(QuantNet):
    STEPS = (("conv1", "input"), ("conv2", "conv1"), ("conv3", "conv2"),
             ("add", "conv2", "conv3"), ("conv4", "add"), ("conv5", "conv4"),
             ("conv6", "conv5"))
    INPUT = {"height": 28, "width": 28, "channels": 1, "bits": 8,
             "scale": 1 / 255}
    POOL = {"conv5": 2}    # of a layer's output

    def __init__(self, channels=16):
        """channels: of conv1; the middle has twice, the end four times as many."""
        super().__init__()
        c = channels
        convs = (("conv1", 1, c, 1), ("conv2", c, 2 * c, 2),
                 ("conv3", 2 * c, 2 * c, 1), ("conv4", 2 * c, 4 * c, 2),
                 ("conv5", 4 * c, 4 * c, 1), ("conv6", 4 * c, 4 * c, 1))
        self.conv = nn.ModuleDict({
            name: QuantConv(inputs, outputs, 3, stride, 1, bias=False)
            for name, inputs, outputs, stride in convs})
        self.bn = nn.ModuleDict({
            name: nn.BatchNorm2d(outputs) for name, _, outputs, _ in convs})
        self.act = nn.ModuleDict({name: ActQuant() for name, *_ in convs})
        self.act["add"] = AddQuant()
        self.fc = QuantLinear(36 * c, 10)

    def forward(self, x):
        """x: [image, 1, 28, 28], pixels / 255. The flattened order is torch's
        channel, y, x; export.py permutes fc to y, x, channel."""
        a = self.block("conv2", self.block("conv1", x, "input"), "conv1")
        x = self.act["add"](a, self.block("conv3", a, "conv2"))
        x = self.block("conv5", self.block("conv4", x, "add"), "conv4")
        x = self.block("conv6", functional.max_pool2d(x, 2), "conv5")
        return self.classify(x.flatten(1), "conv6")
