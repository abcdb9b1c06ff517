"""The collection that the bot's tables are declared in."""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()
OwnId = BigInteger().with_variant(Integer, "sqlite")
