"""Makes the weights: `reader` the small network (needs torch), `ranker` the linear models. Nothing here runs in the bot."""
