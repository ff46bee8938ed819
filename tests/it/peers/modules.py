"""A Modbus module of unit 7 with 16 coils and 16 inputs, the first and the third lit: port and framing as arguments."""

import asyncio
import sys

from pymodbus import FramerType
from pymodbus.server import StartAsyncTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


async def main():
    coils = [SimData(0, values=[False] * 16, datatype=DataType.BITS)]
    inputs = [SimData(0, values=[True, False, True] + [False] * 13, datatype=DataType.BITS)]
    holding = [SimData(0, values=[0] * 4, datatype=DataType.REGISTERS)]
    registers = [SimData(0, values=[0] * 4, datatype=DataType.REGISTERS)]
    module = SimDevice(7, simdata=(coils, inputs, holding, registers))
    await StartAsyncTcpServer(module, address=("127.0.0.1", int(sys.argv[1])), framer=FramerType(sys.argv[2]))


asyncio.run(main())
